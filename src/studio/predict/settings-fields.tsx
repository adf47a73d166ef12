import { useId } from 'react';
import { useLimits } from '../session/limits.tsx';
import { Choice } from '../ui/choice.tsx';
import { DiceIcon } from '../ui/icons.tsx';
import { Slider } from '../ui/slider.tsx';
import type { PredictionForm } from './form.ts';

interface SettingsFieldsProps {
  form: PredictionForm;
  onChange: (change: Partial<PredictionForm>) => void;
}

const FORMATS = {
  square: { label: 'Square', width: 1_024, height: 1_024 },
  portrait: { label: 'Portrait', width: 832, height: 1_216 },
  landscape: { label: 'Landscape', width: 1_216, height: 832 },
} as const;
type Format = keyof typeof FORMATS | 'custom';

/** Step of width and height, in pixels. */
const SIDE_STEP = 8;

/** The range of a slider, without the default. */
const rangeOf = ({ min, max }: { min: number; max: number }, step: number) => ({ min, max, step });

const wholeNumbers = ({ min, max }: { min: number; max: number }): string[] =>
  Array.from({ length: max - min + 1 }, (_, index) => String(min + index));

/** Size, number, seed and the other settings of the images. */
export function SettingsFields({ form, onChange }: SettingsFieldsProps) {
  const seedId = useId();
  const { width, height, imageCount, guidanceScale, inferenceSteps } = useLimits().prediction;
  const { size } = form;
  const preset = (Object.keys(FORMATS) as (keyof typeof FORMATS)[]).find(
    (name) => FORMATS[name].width === size.width && FORMATS[name].height === size.height,
  );
  const setFormat = (format: Format) => {
    if (format === 'custom')
      onChange({ size: { width: size.width, height: Math.max(height.min, size.height - SIDE_STEP) } });
    else onChange({ size: { width: FORMATS[format].width, height: FORMATS[format].height } });
  };
  return (
    <div className="stack-large">
      <Choice<Format>
        legend="Format"
        name="format"
        value={preset ?? 'custom'}
        onChange={setFormat}
        options={[
          ...(Object.keys(FORMATS) as (keyof typeof FORMATS)[]).map((value) => ({
            value,
            label: FORMATS[value].label,
          })),
          { value: 'custom' as const, label: 'Custom' },
        ]}
      />
      {!preset && (
        <div className="pair">
          <Slider
            label="Width"
            value={size.width}
            {...rangeOf(width, SIDE_STEP)}
            onChange={(width) => onChange({ size: { ...size, width } })}
          />
          <Slider
            label="Height"
            value={size.height}
            {...rangeOf(height, SIDE_STEP)}
            onChange={(height) => onChange({ size: { ...size, height } })}
          />
        </div>
      )}
      <Choice
        legend="Number of images"
        name="imageCount"
        value={String(form.imageCount)}
        onChange={(count) => onChange({ imageCount: Number(count) })}
        options={wholeNumbers(imageCount).map((value) => ({ value, label: value }))}
      />
      <details className="more-settings">
        <summary>More settings</summary>
        <div className="stack-large">
          <Slider
            label="Guidance"
            value={form.guidanceScale}
            {...rangeOf(guidanceScale, 0.5)}
            onChange={(value) => onChange({ guidanceScale: value })}
            ends={['freer', 'closer to the prompt']}
          />
          <Slider
            label="Steps"
            value={form.inferenceSteps}
            {...rangeOf(inferenceSteps, 1)}
            onChange={(value) => onChange({ inferenceSteps: value })}
            ends={['faster', 'finer']}
          />
          <div>
            <label className="field" htmlFor={seedId}>
              Seed
            </label>
            <div className="seed">
              <input
                id={seedId}
                inputMode="numeric"
                value={form.seed ?? ''}
                placeholder="Random"
                onChange={({ target }) => {
                  const digits = target.value.replaceAll(/\D/g, '');
                  onChange({ seed: digits ? Math.min(Number(digits), Number.MAX_SAFE_INTEGER) : undefined });
                }}
              />
              <button
                type="button"
                className="icon-button"
                aria-label="Choose a random seed"
                onClick={() => onChange({ seed: Math.floor(Math.random() * 1_000_000_000) })}
              >
                <DiceIcon />
              </button>
            </div>
            <p className="hint">The same seed and settings give the same images.</p>
          </div>
        </div>
      </details>
    </div>
  );
}
