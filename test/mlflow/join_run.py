"""Logs with the ordinary client and nothing but its environment: no address, no credentials, no run id."""

import mlflow

mlflow.log_metric("from_python", 0.25)
mlflow.log_param("python", "yes")
mlflow.log_text("hello", "from-python.txt")
