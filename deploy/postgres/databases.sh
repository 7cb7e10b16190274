#!/bin/sh
# Run once by the image of PostgreSQL, when its volume is new: a role and a database of its own for the record, and
# for MLflow. Neither role is superuser, and neither may enter the database of the other. The passwords come from
# files; they are read by psql itself, so that they stand in no command line.
set -eu
export SECRETS_FOLDER="${SECRETS_FOLDER:-/run/secrets}"
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\set nerveroot `cat "$SECRETS_FOLDER"/nerveroot_password`
\set mlflow `cat "$SECRETS_FOLDER"/mlflow_password`
CREATE ROLE nerveroot LOGIN PASSWORD :'nerveroot';
CREATE DATABASE nerveroot OWNER nerveroot ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE nerveroot FROM PUBLIC;
CREATE ROLE mlflow LOGIN PASSWORD :'mlflow';
CREATE DATABASE mlflow OWNER mlflow ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE mlflow FROM PUBLIC;
SQL
