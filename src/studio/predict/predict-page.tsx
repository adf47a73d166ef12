import { type FormEvent, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { CopyAs } from '../copy/copy-as.tsx';
import { createPrediction, getPrediction, nameModels } from '../graph/documents.gen.ts';
import { useAttemptKey } from '../graph/use-attempt-key.ts';
import { useJobs } from '../jobs/jobs-provider.tsx';
import { useLimits } from '../session/limits.tsx';
import { readSettings } from '../session/settings.ts';
import { failureOf } from '../ui/empty.tsx';
import { notify } from '../ui/notices.tsx';
import { useMistake } from '../ui/use-mistake.ts';
import { emptyForm, formOf, inputOf, obstacleOf, type PredictionForm } from './form.ts';
import { ModelMixer } from './model-mixer.tsx';
import { PromptField } from './prompt-field.tsx';
import { Results } from './results.tsx';
import { SettingsFields } from './settings-fields.tsx';
import './predict.css';

interface PredictPageProps {
  /** Id of a model to start with. */
  model: string | undefined;
  /** Id of a prediction whose settings fill the form. */
  again: string | undefined;
}

/** Composes a prediction from several models, and shows the results as they finish. */
export function PredictPage({ model, again }: PredictPageProps) {
  const { add } = useJobs();
  const empty = emptyForm(useLimits());
  const [form, setForm] = useState<PredictionForm>(model ? { ...empty, scales: { [model]: 1 } } : empty);
  const [mistake, setMistake] = useMistake('Creating images failed');
  const [{ fetching }, create] = useMutation(createPrediction);
  const [{ data: earlier }] = useQuery({
    query: getPrediction,
    variables: { id: again ?? '' },
    pause: again === undefined,
    requestPolicy: 'cache-first',
  });
  const template = earlier?.prediction;
  const [filledFrom, setFilledFrom] = useState<string>();
  if (template && filledFrom !== template.id) {
    setFilledFrom(template.id);
    setForm(formOf(template, empty));
  }

  const chosen = Object.keys(form.scales);
  const [{ data: named }] = useQuery({
    query: nameModels,
    variables: { ids: chosen },
    pause: chosen.length === 0,
    requestPolicy: 'cache-first',
  });
  const triggers = (named?.nodes ?? []).flatMap((node) =>
    node?.__typename === 'Model' && node.triggerWord && node.id in form.scales
      ? [{ word: node.triggerWord, model: node.displayName }]
      : [],
  );

  /** A message of the gateway, with the names of models in place of their ids. */
  const withNames = (message: string) =>
    (named?.nodes ?? []).reduce(
      (text, node) => (node?.__typename === 'Model' ? text.replaceAll(node.id, `“${node.displayName}”`) : text),
      message,
    );

  const input = inputOf(form);
  const attempt = useAttemptKey(input);
  const obstacle = obstacleOf(form);
  const change = (changes: Partial<PredictionForm>) => setForm((before) => ({ ...before, ...changes }));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setMistake(obstacle);
    if (obstacle) return;
    const { data, error } = await create({ input: { ...input, idempotencyKey: attempt.key() } });
    const result = data?.createPrediction;
    if (result?.__typename === 'CreatePredictionSuccess') {
      attempt.end();
      add(result.prediction);
      for (const warning of result.warnings) notify(withNames(warning), 'failed');
      document.querySelector('#results-title')?.scrollIntoView({ block: 'nearest' });
    } else setMistake(failureOf(result, error));
  };

  return (
    <>
      <header className="page-header">
        <h1>Create images</h1>
      </header>
      <div className="predict">
        <form className="predict-form stack-large" noValidate onSubmit={submit} aria-label="Settings of the images">
          <ModelMixer scales={form.scales} onChange={(scales) => change({ scales })} />
          <PromptField value={form.prompt} onChange={(prompt) => change({ prompt })} triggers={triggers} />
          <SettingsFields form={form} onChange={change} />
          {mistake && (
            <p className="mistake" role="alert">
              {mistake}
            </p>
          )}
          {form.seed !== undefined && (
            <p className="hint">
              With seed {form.seed}, the same settings give the same images.{' '}
              <button type="button" className="link" onClick={() => change({ seed: undefined })}>
                Use a random seed
              </button>
            </p>
          )}
          <div className="form-actions">
            <button type="submit" className="button primary" disabled={fetching}>
              {fetching ? 'Starting…' : `Create ${form.imageCount === 1 ? 'one image' : `${form.imageCount} images`}`}
            </button>
            <CopyAs
              what="creating images"
              document={createPrediction}
              variables={{ input }}
              client={({ value }) => `const prediction = await flair.predict(${value(input)});`}
            />
          </div>
          <p className="hint">{readSettings().isSandbox ? 'Free in the sandbox.' : 'Images cost money.'}</p>
        </form>
        <Results onAgain={(prediction) => setForm(formOf(prediction, empty))} />
      </div>
    </>
  );
}
