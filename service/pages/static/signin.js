export const credentials = () => ({});
export function startSignIn() {}
