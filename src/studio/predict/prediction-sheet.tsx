import { type CSSProperties, useState } from 'react';
import { useMutation } from 'urql';
import { CopyAs } from '../copy/copy-as.tsx';
import { createPrediction, deletePrediction } from '../graph/documents.gen.ts';
import { type Prediction, statusText, timeAgo, titleOf } from '../jobs/job.ts';
import { ProgressBar } from '../jobs/progress-bar.tsx';
import { useLimits } from '../session/limits.tsx';
import { ConfirmDelete } from '../ui/confirm-delete.tsx';
import { failureOf } from '../ui/empty.tsx';
import { AgainIcon } from '../ui/icons.tsx';
import { Lightbox } from '../ui/lightbox.tsx';
import { Picture } from '../ui/picture.tsx';
import { useNow } from '../ui/use-now.ts';
import type { Selection } from '../ui/use-selection.ts';
import { emptyForm, formOf, inputOf } from './form.ts';

interface PredictionSheetProps {
  prediction: Prediction;
  /** Names of models by id; undefined until they are loaded. */
  names: ReadonlyMap<string, string> | undefined;
  /** Called when the same settings are to be used again. */
  onAgain: () => void;
  /** Selects predictions of the list, if that is possible. */
  selection?: Selection;
}

/** A prediction: its images, or frames of their proportions until they are reported, and its settings. */
export function PredictionSheet({ prediction, names, onAgain, selection }: PredictionSheetProps) {
  const { settings, images, isFinished, createdAt } = prediction;
  const { size, models = [], seed, imageCount } = settings ?? {};
  const empty = emptyForm(useLimits());
  const [shown, setShown] = useState<number>();
  const [, remove] = useMutation(deletePrediction);
  const now = useNow(true, 30_000);
  const ratio = size ? size.width / size.height : 1;
  const title = titleOf(prediction);
  const frames = images ?? (isFinished ? [] : Array.from({ length: imageCount ?? 1 }, () => undefined));
  const input = inputOf(formOf(prediction, empty));

  return (
    <article className="sheet" aria-label={title} data-status={prediction.status}>
      {frames.length > 0 && (
        <ul className="sheet-images" data-count={frames.length} style={{ '--ratio': ratio } as CSSProperties}>
          {frames.map((image, index) => (
            <li key={image?.key ?? index}>
              {image ? (
                <button
                  type="button"
                  className="frame-open"
                  aria-label={`Show image ${index + 1} of ${title}`}
                  onClick={() => setShown(index)}
                >
                  <Picture src={image.small} alt="" ratio={ratio} />
                </button>
              ) : (
                <Picture src={undefined} alt="" ratio={ratio} />
              )}
            </li>
          ))}
        </ul>
      )}
      <div className="sheet-caption">
        <p className="sheet-prompt">{title}</p>
        {!isFinished && <ProgressBar job={prediction} label={`Progress of ${title}`} />}
        {isFinished && prediction.status !== 'COMPLETED' && (
          <p className="mistake">{prediction.failureReason ?? statusText(prediction)}</p>
        )}
        <p className="hint sheet-facts">
          {[
            ...models.map(({ id, scale }) => `${names ? (names.get(id) ?? 'Deleted model') : '…'} ${scale}`),
            size && `${size.width} × ${size.height}`,
            typeof seed === 'number' && `seed ${seed}`,
            createdAt && timeAgo(createdAt, now),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        {selection?.isActive ? (
          isFinished && (
            <label className="check">
              <input
                type="checkbox"
                aria-label={`Select ${title}`}
                checked={selection.ids.includes(prediction.id)}
                onChange={() => selection.toggle(prediction.id)}
              />
              Select
            </label>
          )
        ) : (
          <div className="sheet-tools">
            <button type="button" className="button small" aria-label={`Predict again: ${title}`} onClick={onAgain}>
              <AgainIcon />
              Predict again
            </button>
            <CopyAs
              what={`creating ${title}`}
              document={createPrediction}
              variables={{ input }}
              client={({ value }) => `const prediction = await flair.predict(${value(input)});`}
            />
            {isFinished && (
              <ConfirmDelete
                what="prediction"
                label={`Delete ${title}`}
                document={deletePrediction}
                clientDocument="deletePrediction"
                id={prediction.id}
                onDelete={async () => {
                  const { data, error } = await remove({ input: { id: prediction.id } });
                  const result = data?.deletePrediction;
                  if (result?.__typename === 'DeletePredictionSuccess') return undefined;
                  return failureOf(result, error);
                }}
              >
                <p>The prediction and its images are removed from the history.</p>
              </ConfirmDelete>
            )}
          </div>
        )}
      </div>
      {shown !== undefined && (
        <Lightbox
          images={(images ?? []).map((image, index) => ({ ...image, alt: `${title}, image ${index + 1}` }))}
          index={shown}
          onIndex={setShown}
          onClose={() => setShown(undefined)}
        />
      )}
    </article>
  );
}
