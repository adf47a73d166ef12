import { createElement as h, StrictMode, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { createFlairClient, startTraining } from '../../../src/client/index.ts';
import { FlairProvider, useFlair, useJob, useJobs, useModels, useUpload } from '../../../src/client/react/index.ts';

/** Id of a training that does not exist. */
const MISSING = btoa('Training:a/b').replace(/=+$/, '');

const button = (id: string, text: string, onClick: () => void) => h('button', { type: 'button', id, onClick }, text);

/** A page that uses every hook. The query parameter `graph` is the URL of the gateway. */
function App() {
  const { models, hasNextPage, loadMore, refetch, isLoading, error } = useModels({ first: 2 });
  const [modelId] = models.map(({ id }) => id);
  const [areUploadsShown, setUploadsShown] = useState(true);
  return h(
    'main',
    {},
    error && h('p', { id: 'error' }, error.message),
    h(
      'ul',
      { id: 'models', 'aria-busy': isLoading },
      ...models.map(({ id, displayName }) => h('li', { key: id }, displayName)),
    ),
    hasNextPage && button('more', 'More', loadMore),
    button('refetch', 'Again', refetch),
    modelId && areUploadsShown && h(Uploads, { modelId }),
    button('leave', 'Leave', () => setUploadsShown(false)),
    modelId && h(Jobs, { modelId }),
  );
}

function Uploads({ modelId }: { modelId: string }) {
  const { upload, files, isUploading, cancel, clear } = useUpload();
  const own = useRef<AbortController>(undefined);
  const send = (list: FileList | null) => {
    own.current = new AbortController();
    void upload(list ?? [], { modelId, signal: own.current.signal });
  };
  return h(
    'section',
    { id: 'uploads', 'aria-busy': isUploading },
    h('input', { type: 'file', multiple: true, onChange: ({ target }) => send(target.files) }),
    ...files.map(({ id, state, sentBytes, totalBytes, outcome }) =>
      h(
        'p',
        { key: id },
        `${state} ${sentBytes === totalBytes} ${outcome?.error?.code ?? outcome?.dataItem?.id.length}`,
      ),
    ),
    button('clear', 'Clear', clear),
    button('cancel', 'Cancel', cancel),
    button('abort', 'Abort the last call', () => own.current?.abort()),
  );
}

function Jobs({ modelId }: { modelId: string }) {
  const client = useFlair();
  const [ids, setIds] = useState<string[]>([]);
  const { jobs, errors, state } = useJobs(ids);
  const first = useJob(ids[0]);
  const start = async () => {
    const input = { modelId, strength: 5, mode: { fast: {} } };
    const { startTraining: result } = await client.request(startTraining, { input });
    if (result.__typename === 'StartTrainingSuccess') setIds((previous) => [...previous, result.training.id]);
  };
  return h(
    'section',
    { id: 'jobs' },
    button('start', 'Train', start),
    button('missing', 'Missing', () => setIds((previous) => [...previous, MISSING])),
    h('p', { id: 'state' }, state.status),
    h('p', { id: 'first' }, first.job?.status),
    h('p', { id: 'statuses' }, [...jobs.values()].map(({ status }) => status).join(' ')),
    h('p', { id: 'errors' }, [...errors.values()].map(({ code }) => code).join(' ')),
  );
}

const url = new URLSearchParams(location.search).get('graph') ?? '';
const client = createFlairClient({ url, apiKey: 'demo' });
const root = document.body.appendChild(document.createElement('div'));
createRoot(root).render(h(StrictMode, {}, h(FlairProvider, { client }, h(App))));
