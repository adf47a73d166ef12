import { createContext, type ReactNode, use, useCallback, useMemo, useRef, useState } from 'react';
import { useClient } from 'urql';
import type { UploadState } from '../../client/index.ts';
import { listDataItems } from '../graph/documents.gen.ts';
import { useSession } from '../session/session.tsx';
import { notify } from '../ui/notices.tsx';
import { IMAGES_PAGE } from './use-images.ts';

/** One file on its way to a model. */
export interface Upload {
  readonly id: number;
  readonly file: File;
  readonly sentBytes: number;
  readonly state: UploadState;
  /** Why it was rejected. */
  readonly reason?: string;
}

interface Uploads {
  readonly byModel: ReadonlyMap<string, readonly Upload[]>;
  add(modelId: string, files: readonly File[]): void;
  dismiss(modelId: string, id: number): void;
}

const UploadsContext = createContext<Uploads | undefined>(undefined);

/** Uploads images, also while another part of the page is shown. */
export function UploadsProvider({ children }: { children: ReactNode }) {
  const { flair, activity } = useSession();
  const urql = useClient();
  const [byModel, setByModel] = useState<ReadonlyMap<string, readonly Upload[]>>(new Map());
  const nextId = useRef(1);

  const update = useCallback((modelId: string, change: (uploads: readonly Upload[]) => readonly Upload[]) => {
    setByModel((before) => new Map(before).set(modelId, change(before.get(modelId) ?? [])));
  }, []);

  const add = useCallback(
    async (modelId: string, files: readonly File[]) => {
      const added = files.map((file): Upload => ({ id: nextId.current++, file, sentBytes: 0, state: 'waiting' }));
      update(modelId, (uploads) => [...uploads, ...added]);
      const set = (id: number, change: Partial<Upload>) =>
        update(modelId, (uploads) => uploads.map((each) => (each.id === id ? { ...each, ...change } : each)));
      const logs = files.map((file) =>
        activity.add({ kind: 'upload', name: file.name, state: 'running', summary: 'waiting' }),
      );
      const reject = (index: number, reason: string) => {
        set(added[index]?.id ?? 0, { state: 'rejected', reason });
        logs[index]?.({ state: 'failed', summary: reason });
      };
      const outcomes = await flair.uploadImages(files, {
        modelId,
        onProgress({ index, sentBytes, state, error }) {
          if (error) reject(index, error.message);
          else {
            set(added[index]?.id ?? 0, { sentBytes, state });
            logs[index]?.({ summary: state, state: state === 'stored' ? 'done' : 'running' });
          }
        },
      });
      const stored = outcomes.filter(({ error }) => !error).length;
      notify(
        stored === files.length
          ? `Added ${stored === 1 ? 'one image' : `${stored} images`}.`
          : `Added ${stored} of ${files.length} images. Each of the others shows its reason.`,
        stored === files.length ? 'done' : 'failed',
      );
      // The uploads are not part of the graph, so the cache does not know of the new images.
      await urql
        .query(listDataItems, { id: modelId, first: IMAGES_PAGE }, { requestPolicy: 'network-only' })
        .toPromise();
      update(modelId, (uploads) => uploads.filter(({ id, state }) => state === 'rejected' || !isOf(added, id)));
    },
    [flair, activity, urql, update],
  );

  const value = useMemo<Uploads>(
    () => ({
      byModel,
      add: (modelId, files) => void add(modelId, files),
      dismiss: (modelId, id) => update(modelId, (uploads) => uploads.filter((each) => each.id !== id)),
    }),
    [byModel, add, update],
  );
  return <UploadsContext value={value}>{children}</UploadsContext>;
}

const isOf = (uploads: readonly Upload[], id: number): boolean => uploads.some((each) => each.id === id);

/** The uploads of a model. */
export function useUploads(modelId: string) {
  const uploads = use(UploadsContext);
  if (!uploads) throw new Error('Expected an UploadsProvider above.');
  return {
    uploads: uploads.byModel.get(modelId) ?? [],
    add: (files: readonly File[]) => uploads.add(modelId, files),
    dismiss: (id: number) => uploads.dismiss(modelId, id),
  };
}
