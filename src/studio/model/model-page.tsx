import { useState } from 'react';
import { useQuery } from 'urql';
import { getModel } from '../graph/documents.gen.ts';
import type { Training } from '../jobs/job.ts';
import { links } from '../route.ts';
import { Empty, LoadError } from '../ui/empty.tsx';
import { BackIcon, CreateIcon } from '../ui/icons.tsx';
import { DeleteModel } from './delete-model.tsx';
import { ModelImages } from './model-images.tsx';
import { ModelName } from './model-name.tsx';
import { TrainForm } from './train-form.tsx';
import { Trainings } from './trainings.tsx';
import { TriggerWord } from './trigger-word.tsx';
import './model.css';

/** One model: its images, a form for a training, and its trainings. @param again Id of the training to repeat. */
export function ModelPage({ id, again }: { id: string; again: string | undefined }) {
  const [{ data, fetching, error }, reload] = useQuery({ query: getModel, variables: { id } });
  /** The training whose settings fill the form; the number makes the form start again. */
  const [template, setTemplate] = useState<{ training: Training; count: number }>();
  const model = data?.model;

  if (!model) {
    if (error) return <LoadError error={error} onRetry={() => reload({ requestPolicy: 'network-only' })} />;
    if (fetching) return <div className="model-loading skeleton" aria-busy="true" />;
    return (
      <Empty title="This model does not exist.">
        <p>It was deleted, or belongs to another key.</p>
        <a className="button" href={links.models()}>
          All models
        </a>
      </Empty>
    );
  }

  const trainings = model.trainings.nodes.flatMap((each) => (each ? [{ ...each, model }] : []));
  const requested = trainings.find((training) => training.id === again);
  const shown = template ?? (requested && { training: requested, count: 0 });
  return (
    <>
      <a className="back" href={links.models()}>
        <BackIcon />
        Models
      </a>
      <header className="page-header">
        <ModelName model={model} />
        <div className="page-actions">
          {model.triggerWord && <TriggerWord word={model.triggerWord} />}
          <DeleteModel model={model} />
          {model.triggerWord && (
            <a className="button primary" href={links.create({ model: id })}>
              <CreateIcon />
              Create images
            </a>
          )}
        </div>
      </header>
      <div className="model-columns">
        <ModelImages modelId={id} />
        <div className="model-side">
          <TrainForm key={`${shown?.training.id}-${shown?.count}`} modelId={id} template={shown?.training} />
          <Trainings
            trainings={trainings}
            onAgain={(training) => setTemplate({ training, count: (template?.count ?? 0) + 1 })}
          />
        </div>
      </div>
    </>
  );
}
