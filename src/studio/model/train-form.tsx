import { type FormEvent, useState } from 'react';
import { useMutation } from 'urql';
import { CopyAs } from '../copy/copy-as.tsx';
import { type StartTrainingInput, startTraining, type TrainingStyle } from '../graph/documents.gen.ts';
import { useAttemptKey } from '../graph/use-attempt-key.ts';
import type { Training } from '../jobs/job.ts';
import { useJobs } from '../jobs/jobs-provider.tsx';
import { useLimits } from '../session/limits.tsx';
import { readSettings } from '../session/settings.ts';
import { Choice } from '../ui/choice.tsx';
import { failureOf } from '../ui/empty.tsx';
import { notify } from '../ui/notices.tsx';
import { Slider } from '../ui/slider.tsx';
import { useMistake } from '../ui/use-mistake.ts';

const DEFAULT_STRENGTH = 7;

interface TrainFormProps {
  modelId: string;
  /** A training whose settings fill the form. */
  template?: Training | undefined;
}

/** Starts a training in either mode. */
export function TrainForm({ modelId, template }: TrainFormProps) {
  const { add } = useJobs();
  const { strength: range } = useLimits().training;
  const fast = template?.mode?.__typename === 'FastTraining' ? template.mode : undefined;
  const highQuality = template?.mode?.__typename === 'HighQualityTraining' ? template.mode : undefined;
  const [mode, setMode] = useState<'fast' | 'highQuality'>(highQuality ? 'highQuality' : 'fast');
  const [strength, setStrength] = useState(template?.strength ?? DEFAULT_STRENGTH);
  const [style, setStyle] = useState<TrainingStyle>(highQuality?.style ?? 'BALANCED');
  const [learns, setLearns] = useState<'style' | 'content'>(fast?.isStyle ? 'style' : 'content');
  const [isPreprocessed, setPreprocessed] = useState(fast?.isInputFormatAlreadyPreprocessed ?? false);
  const [mistake, setMistake] = useMistake('Starting the training failed');
  const [{ fetching }, start] = useMutation(startTraining);

  const input: StartTrainingInput = {
    modelId,
    strength,
    mode:
      mode === 'fast'
        ? { fast: { isStyle: learns === 'style', isInputFormatAlreadyPreprocessed: isPreprocessed } }
        : { highQuality: { style } },
  };
  const attempt = useAttemptKey(input);
  const { isSandbox } = readSettings();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setMistake(undefined);
    const { data, error } = await start({ input: { ...input, idempotencyKey: attempt.key() } });
    const result = data?.startTraining;
    if (result?.__typename === 'StartTrainingSuccess') {
      attempt.end();
      add(result.training);
      notify('Training started.');
    } else setMistake(failureOf(result, error));
  };

  return (
    <section aria-labelledby="train-title" className="panel">
      <h2 id="train-title">Train</h2>
      {template && (
        <p className="hint" role="status">
          The settings of an earlier training are filled in. Check them, then start.
        </p>
      )}
      <form className="stack-large" onSubmit={submit}>
        <Choice
          legend="Mode"
          name="mode"
          value={mode}
          onChange={setMode}
          options={[
            { value: 'fast', label: 'Fast', hint: 'Takes several minutes.' },
            { value: 'highQuality', label: 'High quality', hint: 'Takes a few hours at most.' },
          ]}
        />
        <Slider
          label="Strength"
          value={strength}
          min={range.min}
          max={range.max}
          step={1}
          onChange={setStrength}
          ends={['freer', 'closer to the images']}
        />
        {mode === 'fast' ? (
          <>
            <Choice
              legend="Learn"
              name="learns"
              value={learns}
              onChange={setLearns}
              options={[
                { value: 'content', label: 'Content', hint: 'What the images depict.' },
                { value: 'style', label: 'Style', hint: 'How the images look.' },
              ]}
            />
            <label className="check">
              <input
                type="checkbox"
                checked={isPreprocessed}
                onChange={({ target }) => setPreprocessed(target.checked)}
              />
              The images are already pre-processed
            </label>
          </>
        ) : (
          <Choice
            legend="Learn"
            name="style"
            value={style}
            onChange={setStyle}
            options={[
              { value: 'CONTENT', label: 'Content', hint: 'What the images depict.' },
              { value: 'BALANCED', label: 'Balanced', hint: 'Both content and style.' },
              { value: 'STYLE', label: 'Style', hint: 'How the images look.' },
            ]}
          />
        )}
        {mistake && (
          <p className="mistake" role="alert">
            {mistake}
          </p>
        )}
        <div className="form-actions">
          <button type="submit" className="button primary" disabled={fetching}>
            {fetching ? 'Starting…' : 'Start training'}
          </button>
          <CopyAs
            what="training"
            document={startTraining}
            variables={{ input }}
            client={({ value }) => `const training = await flair.train(${value(input)});`}
          />
        </div>
        <p className="hint">{isSandbox ? 'Free in the sandbox.' : 'A training costs money.'}</p>
      </form>
    </section>
  );
}
