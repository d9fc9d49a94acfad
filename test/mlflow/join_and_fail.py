"""Joins the run by hand and fails inside it."""

import sys

import mlflow

try:
    with mlflow.start_run():
        mlflow.log_metric("from_python", 0.25)
        mlflow.log_param("python", "yes")
        raise ValueError("broken on purpose")
except ValueError:
    sys.exit(3)
