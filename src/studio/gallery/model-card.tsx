import { ProgressBar } from '../jobs/progress-bar.tsx';
import { links } from '../route.ts';
import { Picture } from '../ui/picture.tsx';
import type { ListedModel } from './use-models.ts';

/** A model in the gallery: its cover, its name and what it can do now. */
export function ModelCard({ model, number }: { model: ListedModel; number: number }) {
  const { id, displayName, triggerWord, cover, latestTraining } = model;
  const image = cover.nodes[0]?.image;
  const isTraining = latestTraining !== null && !latestTraining.isFinished;
  return (
    <li className="model-card">
      <a className="model-link" href={links.model(id)}>
        <Picture src={image?.small} alt="" ratio={4 / 5} />
        {!image && <span className="model-no-cover">No images yet</span>}
        <span className="model-caption">
          <span className="frame-number" aria-hidden="true">
            {String(number).padStart(2, '0')}
          </span>
          <span className="model-name">{displayName}</span>
        </span>
      </a>
      <div className="model-state">
        {isTraining ? (
          <ProgressBar job={latestTraining} label={`Training of ${displayName}`} />
        ) : triggerWord ? (
          <p className="model-ready">
            <code className="trigger">{triggerWord}</code>
            <a href={links.create({ model: id })} aria-label={`Create images with ${displayName}`}>
              Create
            </a>
          </p>
        ) : (
          <p className="hint">{latestTraining?.status === 'FAILED' ? 'The last training failed' : 'Not trained yet'}</p>
        )}
      </div>
    </li>
  );
}
