#!/bin/sh
# Make the secrets that compose.yaml names, in `secrets/` beside this file. What is there already stays as it is.
#
# The folder is closed to everybody but its owner. The files in it are readable by all, because the users of the
# containers are others than the owner, and reach the files alone, without the folder.
set -eu
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 0700 "$folder"
cd "$folder"

new() { # NAME: what comes in becomes that file, unless it is there
    if [ -s "$1" ]; then
        echo "$1 is there already"
        cat > /dev/null
    else
        cat > "$1.unfinished"
        chmod 0444 "$1.unfinished"
        mv "$1.unfinished" "$1"
        echo "$1 was made"
    fi
}

for password in postgres_password nerveroot_password mlflow_password grafana_password; do
    openssl rand -hex 24 | new "$password"
done
openssl rand -hex 32 | new NERVEROOT_RECORD_KEY
echo "postgresql://nerveroot:$(cat nerveroot_password)@postgres/nerveroot" | new NERVEROOT_DATABASE_URL
echo "postgresql+psycopg://mlflow:$(cat mlflow_password)@postgres/mlflow" | new MLFLOW_BACKEND_STORE_URI
# The key of Prometheus is made once the service is there (README.md); until then it is asked without a right one.
echo "not-made-yet" | new metrics_token
