import { useId, useRef } from 'react';
import { insertWord } from './form.ts';

interface PromptFieldProps {
  value: string;
  onChange: (value: string) => void;
  /** Trigger words of the chosen models, with the name of each model. */
  triggers: readonly { word: string; model: string }[];
}

/** The prompt, with the trigger words of the chosen models to insert by a click. */
export function PromptField({ value, onChange, triggers }: PromptFieldProps) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const insert = (word: string) => {
    const element = field.current;
    if (!element) return;
    const { text, caret } = insertWord(value, word, element.selectionStart, element.selectionEnd);
    onChange(text);
    requestAnimationFrame(() => {
      element.focus();
      element.setSelectionRange(caret, caret);
    });
  };
  const missing = triggers.filter(({ word }) => !value.includes(word));
  return (
    <div className="prompt">
      <label className="field" htmlFor={id}>
        Prompt
      </label>
      <textarea
        id={id}
        ref={field}
        rows={4}
        value={value}
        placeholder="A summer dress with a floral pattern, soft morning light"
        aria-describedby={`${id}-hint`}
        onChange={({ target }) => onChange(target.value)}
      />
      {triggers.length > 0 && (
        <div className="prompt-triggers">
          <span className="hint">Insert:</span>
          {triggers.map(({ word, model }) => (
            <button
              key={word}
              type="button"
              className="trigger"
              data-used={value.includes(word) || undefined}
              aria-label={`Insert ${word}, the trigger word of ${model}`}
              onClick={() => insert(word)}
            >
              {word}
            </button>
          ))}
        </div>
      )}
      <p id={`${id}-hint`} className="hint" data-kind={missing.length > 0 ? 'warning' : undefined}>
        {triggers.length === 0
          ? 'Choose a model to insert its trigger word.'
          : missing.length === 0
            ? 'Every chosen model is activated by its trigger word.'
            : `Without its trigger word a model has no effect: ${missing.map(({ model }) => model).join(', ')}.`}
      </p>
    </div>
  );
}
