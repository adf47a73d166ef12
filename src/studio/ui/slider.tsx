import { useId, useState } from 'react';
import './slider.css';

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  onChange: (value: number) => void;
  /** What the ends mean. */
  ends?: readonly [low: string, high: string];
}

/** A slider with a field for the exact number. */
export function Slider({ label, value, min, max, step, onChange, ends }: SliderProps) {
  const id = useId();
  /** The text while it is typed: its beginning may be out of range. */
  const [draft, setDraft] = useState<string>();
  return (
    <div className="slider">
      <div className="slider-head">
        <label htmlFor={id}>{label}</label>
        <input
          className="slider-number"
          type="number"
          aria-label={`${label}, exact value`}
          value={draft ?? value}
          min={min}
          max={max}
          step={step}
          onChange={({ target }) => {
            setDraft(target.value);
            const next = target.valueAsNumber;
            if (!Number.isNaN(next)) onChange(Math.min(max, Math.max(min, next)));
          }}
          onBlur={() => setDraft(undefined)}
          onKeyDown={({ key }) => key === 'Enter' && setDraft(undefined)}
        />
      </div>
      <input
        id={id}
        type="range"
        value={value}
        min={min}
        max={max}
        step={step}
        ref={(element) => {
          element?.style.setProperty('--fill', `${((value - min) / (max - min)) * 100}%`);
        }}
        onChange={({ target }) => onChange(target.valueAsNumber)}
      />
      {ends && (
        <div className="slider-ends" aria-hidden="true">
          <span>{ends[0]}</span>
          <span>{ends[1]}</span>
        </div>
      )}
    </div>
  );
}
