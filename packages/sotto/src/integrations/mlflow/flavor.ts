/**
 * Attributes of an MLflow tracking server: the same set, under the same names, as ZenML's flavor, so that a component can
 * be taken over as it is. What Sotto cannot do with one of them is refused when a run opens it (`config.ts`), never ignored.
 *
 * Source: https://github.com/zenml-io/zenml, `integrations/mlflow/flavors/mlflow_experiment_tracker_flavor.py`
 */
import type { AttributeType, Flavor, FlavorAttribute, Json } from '@sotto/sdk/model'

export const mlflowTracker: Flavor = {
  type: 'experiment-tracker',
  name: 'mlflow',
  builtIn: true,
  description: 'Records runs at an MLflow tracking server.',
  attributes: [
    // Required for a run only: the line of the documents registers a component before its server is known.
    {
      ...attribute(
        'tracking_uri',
        'string',
        'Address of the tracking server: https://host:port, with a path if it has one.',
      ),
      required: 'run',
    },
    secretAttribute('tracking_username', 'User name for basic authentication; needs tracking_password.'),
    secretAttribute('tracking_password', 'Password for basic authentication; needs tracking_username.'),
    secretAttribute('tracking_token', 'Bearer token; instead of user name and password.'),
    attribute('tracking_insecure_tls', 'boolean', 'Do not verify the certificate of the server.', false),
    attribute(
      'experiment_name',
      'string',
      'Experiment of the runs; made when it is missing. By default the name of the pipeline.',
    ),
    attribute(
      'nested',
      'boolean',
      'One parent run for each run of the pipeline, with the runs of its steps inside.',
      false,
    ),
    attribute('tags', 'object', 'Tags of every run: {"team": "risk"}.', {}),
    attribute(
      'databricks_host',
      'string',
      'Databricks workspace. Sotto does not reach Databricks yet: a run refuses it.',
    ),
    secretAttribute('databricks_client_id', 'Databricks service principal. Refused as databricks_host is.'),
    secretAttribute(
      'databricks_client_secret',
      'Secret of the Databricks service principal. Refused as databricks_host is.',
    ),
    attribute(
      'enable_unity_catalog',
      'boolean',
      'Unity Catalog of Databricks. True is refused as databricks_host is.',
      false,
    ),
  ],
}

function attribute(name: string, type: AttributeType, description: string, standard?: Json): FlavorAttribute {
  return {
    name,
    type,
    required: 'no',
    ...(standard === undefined ? {} : { default: standard }),
    secret: false,
    description,
  }
}

function secretAttribute(name: string, description: string): FlavorAttribute {
  return { ...attribute(name, 'string', description), secret: true }
}
