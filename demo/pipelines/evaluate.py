"""Evaluates a model; the mlflow package finds the step's run, address and credentials in its environment."""
import json
import os
from pathlib import Path

import mlflow

model = json.loads(Path(os.environ["SOTTO_INPUTS"], "model.json").read_text())
with mlflow.start_run() as run:
    mlflow.log_metric("recall", model["accuracy"] / 2)
    # A careless line, as it happens in every project. Look for it in the log.
    print("joined", run.info.run_id, "as", os.environ["MLFLOW_TRACKING_USERNAME"], os.environ["MLFLOW_TRACKING_PASSWORD"])
Path(os.environ["SOTTO_OUTPUTS"], "report.json").write_text(json.dumps({"recall": model["accuracy"] / 2}))
