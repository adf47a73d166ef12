import type { Prediction } from '../jobs/job.ts';
import { useJobs } from '../jobs/jobs-provider.tsx';
import { links } from '../route.ts';
import { Empty } from '../ui/empty.tsx';
import { PredictionSheet } from './prediction-sheet.tsx';
import { useModelNames } from './use-model-names.ts';

/** The images of this visit, newest first, each as soon as it has finished. */
export function Results({ onAgain }: { onAgain: (prediction: Prediction) => void }) {
  const { jobs, startedHere } = useJobs();
  const predictions = startedHere.flatMap((id) => {
    const job = jobs.find((each) => each.id === id);
    return job?.__typename === 'Prediction' ? [job] : [];
  });
  const names = useModelNames(predictions.flatMap(({ settings }) => settings?.models ?? []).map(({ id }) => id));
  return (
    <section className="results" aria-labelledby="results-title" aria-live="polite">
      <h2 id="results-title">Results</h2>
      {predictions.length === 0 ? (
        <Empty title="Your images appear here.">
          <p>
            Those of earlier visits are in the <a href={links.history()}>history</a>.
          </p>
        </Empty>
      ) : (
        predictions.map((prediction) => (
          <PredictionSheet
            key={prediction.id}
            prediction={prediction}
            names={names}
            onAgain={() => onAgain(prediction)}
          />
        ))
      )}
    </section>
  );
}
