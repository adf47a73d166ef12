// A page with the client of this project and its hooks: starts a prediction, and shows its progress and its image.
import { createFlairClient, getModel } from 'flair-graphql-gateway/client';
import { FlairProvider, useFlair, useJob, useModels, useUpload } from 'flair-graphql-gateway/react';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

const client = createFlairClient({ url: new URLSearchParams(location.search).get('graph') ?? '/graphql' });

function Page() {
  const { models, isLoading, hasNextPage, loadMore, error } = useModels({ first: 3 });
  const [jobId, setJobId] = useState();
  if (error) return <p role="alert">{error.message}</p>;
  if (isLoading && models.length === 0) return <p>Loading</p>;
  return (
    <>
      <ul>
        {models.map((model) => (
          <li key={model.id}>
            {model.displayName} <Generate model={model} onStarted={setJobId} /> <Upload modelId={model.id} />
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <button type="button" onClick={loadMore}>
          More
        </button>
      )}
      {jobId && <Job id={jobId} />}
    </>
  );
}

function Generate({ model, onStarted }) {
  const flair = useFlair();
  const generate = async () => {
    // A model has an effect only if the prompt contains its trigger word.
    const found = await flair.request(getModel, { id: model.id });
    await flair.predict(
      { models: [{ id: model.id, scale: 1 }], prompt: `A coat in style of ${found.model.triggerWord}` },
      { onUpdate: ({ id }) => onStarted(id) },
    );
  };
  return (
    <button type="button" onClick={generate}>
      Generate
    </button>
  );
}

function Upload({ modelId }) {
  const { upload, files } = useUpload();
  return (
    <>
      <input type="file" multiple aria-label="Images" onChange={({ target }) => upload(target.files, { modelId })} />
      {files.map(({ id, file, state, sentBytes, totalBytes, outcome }) => (
        <div key={id}>
          <progress max={totalBytes} value={sentBytes} /> {file.name}: {outcome?.error?.message ?? state}
        </div>
      ))}
    </>
  );
}

function Job({ id }) {
  const { job, state, error } = useJob(id);
  return (
    <p role="status">
      {error?.message ?? job?.status} {state.status === 'waiting' && 'Connecting again'}
      <progress value={job?.progress.fraction ?? undefined} />
      {job?.__typename === 'Prediction' && job.images?.map(({ url }) => <img key={url} src={url} alt="" />)}
    </p>
  );
}

createRoot(document.body.appendChild(document.createElement('main'))).render(
  <FlairProvider client={client}>
    <Page />
  </FlairProvider>,
);
