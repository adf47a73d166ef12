import { useEffect, useState } from 'react';
import { CloseIcon } from '../ui/icons.tsx';
import { type Upload, useUploads } from './uploads-provider.tsx';
import './uploads.css';

/** The files on their way, and those that were rejected, each with its reason. */
export function UploadList({ uploads, modelId }: { uploads: readonly Upload[]; modelId: string }) {
  const { dismiss } = useUploads(modelId);
  if (uploads.length === 0) return null;
  return (
    <ul className="uploads" aria-label="Uploads">
      {uploads.map((upload) => (
        <UploadLine key={upload.id} upload={upload} onDismiss={() => dismiss(upload.id)} />
      ))}
    </ul>
  );
}

const STATES: Readonly<Record<Upload['state'], string>> = {
  waiting: 'Waiting',
  uploading: 'Uploading',
  processing: 'Checking',
  stored: 'Added',
  rejected: 'Rejected',
};

function UploadLine({
  upload: { file, sentBytes, state, reason },
  onDismiss,
}: {
  upload: Upload;
  onDismiss: () => void;
}) {
  const url = useObjectUrl(file);
  const [isUnreadable, setUnreadable] = useState(false);
  const percent = file.size === 0 ? 0 : Math.round((sentBytes / file.size) * 100);
  return (
    <li className="upload" data-state={state}>
      <span className="upload-preview">
        {url && !isUnreadable && <img src={url} alt="" onError={() => setUnreadable(true)} />}
      </span>
      <div className="upload-words">
        <p className="upload-name">{file.name}</p>
        {state === 'rejected' ? (
          <p className="mistake" role="alert">
            {reason}
          </p>
        ) : (
          <progress
            className="upload-progress"
            max={100}
            value={state === 'stored' || state === 'processing' ? 100 : percent}
            aria-label={`Upload of ${file.name}`}
          />
        )}
      </div>
      <span className="upload-state numbers">
        {STATES[state]}
        {state === 'uploading' && ` ${percent} %`}
      </span>
      {state === 'rejected' && (
        <button
          type="button"
          className="icon-button"
          aria-label={`Remove ${file.name} from the list`}
          onClick={onDismiss}
        >
          <CloseIcon />
        </button>
      )}
    </li>
  );
}

/** A URL for a local file while the component is shown. */
function useObjectUrl(file: File): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!/^image\/(?:webp|png|jpeg)$/.test(file.type)) return;
    const created = URL.createObjectURL(file);
    setUrl(created);
    return () => URL.revokeObjectURL(created);
  }, [file]);
  return url;
}
