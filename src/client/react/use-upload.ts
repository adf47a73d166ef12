import { useCallback, useEffect, useRef, useState } from 'react';
import { follow } from '../runtime.ts';
import type { UploadOutcome, UploadProgress } from '../types.ts';
import { useFlair } from './provider.ts';
import type { Upload, UploadFile } from './types.ts';

/** Uploads images from a component. Unmounting it stops the uploads. */
export function useUpload(): Upload {
  const client = useFlair();
  const [files, setFiles] = useState<readonly UploadFile[]>([]);
  const controller = useRef<AbortController>(undefined);
  const lastId = useRef(0);
  const cancel = useCallback(() => controller.current?.abort(), []);
  useEffect(() => cancel, [cancel]);

  const upload = useCallback<Upload['upload']>(
    async (given, options) => {
      const own = Array.from(given);
      const firstId = lastId.current + 1;
      lastId.current += own.length;
      if (!controller.current || controller.current.signal.aborted) controller.current = new AbortController();
      const stop = new AbortController();
      const release = follow(stop, controller.current.signal, options.signal);
      const onProgress = (progress: UploadProgress) => {
        const id = firstId + progress.index;
        setFiles((previous) => put(previous, { ...progress, id, outcome: undefined }));
      };
      const outcomes = await client.uploadImages(own, { ...options, onProgress, signal: stop.signal });
      release();
      setFiles((previous) => previous.map((file) => withOutcome(file, outcomes[file.id - firstId])));
      return outcomes;
    },
    [client],
  );
  const clear = useCallback(() => setFiles((previous) => previous.filter(({ outcome }) => !outcome)), []);
  return { upload, files, isUploading: files.some(({ outcome }) => !outcome), cancel, clear };
}

/** A list with a file in place of its previous state, or at the end. */
function put(files: readonly UploadFile[], file: UploadFile): UploadFile[] {
  const position = files.findIndex(({ id }) => id === file.id);
  return position === -1 ? [...files, file] : files.with(position, file);
}

const withOutcome = (file: UploadFile, outcome: UploadOutcome | undefined): UploadFile =>
  outcome ? { ...file, outcome } : file;
