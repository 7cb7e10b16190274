export function startLaunch() {}
