import { type DragEvent, useId, useState } from 'react';
import { createUploadTickets } from '../../client/index.ts';
import { CopyAs } from '../copy/copy-as.tsx';
import { useLimits } from '../session/limits.tsx';
import { UploadIcon } from '../ui/icons.tsx';

const FORMAT_NAMES = { WEBP: 'WebP', PNG: 'PNG', JPEG: 'JPEG' };
const LIST = new Intl.ListFormat('en', { type: 'disjunction' });

/** Accepts images: dropped, pasted or chosen. The gateway decides by their content which it accepts. */
export function Dropzone({ modelId, onFiles }: { modelId: string; onFiles: (files: readonly File[]) => void }) {
  const [isOver, setOver] = useState(false);
  const inputId = useId();
  const { contentTypes, formats, maxBytes } = useLimits().uploads;
  const accept = (files: FileList | null) => {
    if (files && files.length > 0) onFiles([...files]);
  };
  const over = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the field inside works with the keyboard
    <div
      className="dropzone"
      data-over={isOver || undefined}
      onDragEnter={over}
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        accept(event.dataTransfer.files);
      }}
      onPaste={(event) => accept(event.clipboardData.files)}
    >
      <input
        id={inputId}
        className="visually-hidden"
        type="file"
        multiple
        accept={contentTypes.join(',')}
        onChange={({ target }) => {
          accept(target.files);
          // So that the same file can be chosen again.
          target.value = '';
        }}
      />
      <label htmlFor={inputId} className="dropzone-label">
        <UploadIcon />
        <span>
          <strong>Drop images here</strong>, or choose files
        </span>
        <span className="hint">
          {LIST.format(formats.map((format) => FORMAT_NAMES[format]))}, at most {Math.floor(maxBytes / 2 ** 20)} MB each
        </span>
      </label>
      <CopyAs
        what="uploading images"
        document={createUploadTickets}
        variables={{ input: { target: { newInModel: modelId }, count: 1 } }}
        client={({ value }) =>
          `const outcomes = await flair.uploadImages(files, {\n  modelId: ${value(modelId)},\n  onProgress: ({ file, sentBytes, totalBytes }) => console.log(file, sentBytes / totalBytes),\n});`
        }
      />
    </div>
  );
}
