import { useModels } from '../gallery/use-models.ts';
import { links } from '../route.ts';
import { Empty, LoadError } from '../ui/empty.tsx';
import { CloseIcon } from '../ui/icons.tsx';
import { Picture } from '../ui/picture.tsx';
import { Slider } from '../ui/slider.tsx';
import { SCALE } from './form.ts';
import { useModelNames } from './use-model-names.ts';

interface ModelMixerProps {
  scales: Readonly<Record<string, number>>;
  onChange: (scales: Readonly<Record<string, number>>) => void;
}

/** Chooses models, and the weight of each. */
export function ModelMixer({ scales, onChange }: ModelMixerProps) {
  const { models, isLoading, error, hasMore, isLoadingMore, loadMore, reload } = useModels();
  const names = useModelNames(Object.keys(scales));
  const choose = (id: string) => onChange({ ...scales, [id]: 1 });
  const remove = (id: string) => onChange(Object.fromEntries(Object.entries(scales).filter(([key]) => key !== id)));
  const nameOf = (id: string) =>
    models.find((model) => model.id === id)?.displayName ?? (names ? (names.get(id) ?? 'Deleted model') : '…');
  const trained = models.filter(({ id, triggerWord }) => triggerWord || id in scales);

  if (error) return <LoadError error={error} onRetry={reload} />;
  if (!isLoading && models.length > 0 && trained.length === 0 && !hasMore)
    return (
      <Empty title="No model is trained yet.">
        <a href={links.models()}>Choose a model and train it</a>
      </Empty>
    );
  return (
    <fieldset className="mixer">
      <legend>Models</legend>
      <ul className="mixer-tiles" aria-busy={isLoading}>
        {isLoading &&
          [0, 1, 2, 3].map((index) => <li key={index} className="mixer-tile skeleton" aria-hidden="true" />)}
        {trained.map(({ id, displayName, cover }) => {
          const isChosen = id in scales;
          return (
            <li key={id} className="mixer-tile">
              <button
                type="button"
                className="mixer-button"
                aria-pressed={isChosen}
                onClick={() => (isChosen ? remove(id) : choose(id))}
              >
                <Picture src={cover.nodes[0]?.image.small} alt="" />
                <span className="mixer-name">{displayName}</span>
              </button>
            </li>
          );
        })}
        {hasMore && (
          <li className="mixer-tile">
            <button type="button" className="mixer-more" disabled={isLoadingMore} onClick={loadMore}>
              More
            </button>
          </li>
        )}
      </ul>
      {Object.entries(scales).map(([id, scale]) => (
        <div key={id} className="mixer-row">
          <Slider
            label={nameOf(id)}
            value={scale}
            {...SCALE}
            onChange={(next) => onChange({ ...scales, [id]: next })}
          />
          <button type="button" className="icon-button" aria-label={`Remove ${nameOf(id)}`} onClick={() => remove(id)}>
            <CloseIcon />
          </button>
        </div>
      ))}
    </fieldset>
  );
}
