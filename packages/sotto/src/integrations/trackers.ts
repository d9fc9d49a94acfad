/** The experiment trackers. Each loads its product's code when a run opens it, not before. */
import type { TrackerProvider } from '../pipelines/tracker.ts'

export const trackers: readonly TrackerProvider[] = [
  {
    flavor: 'mlflow',
    open: async (component, attempt) => (await import('./mlflow/open.ts')).openMlflowRun(component, attempt),
  },
]
