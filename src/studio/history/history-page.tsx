import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { CopyAs } from '../copy/copy-as.tsx';
import { deletePredictions, listPredictions } from '../graph/documents.gen.ts';
import { titleOf } from '../jobs/job.ts';
import { PredictionSheet } from '../predict/prediction-sheet.tsx';
import { useModelNames } from '../predict/use-model-names.ts';
import { links, navigate } from '../route.ts';
import { DeleteSelection } from '../ui/delete-selection.tsx';
import { Empty, failureOf, LoadError } from '../ui/empty.tsx';
import { EndOfList } from '../ui/end-of-list.tsx';
import { useSelection } from '../ui/use-selection.ts';
import './history.css';

/** Number of predictions of a page. */
const PAGE = 12;

/** All predictions of the key; scrolling loads more. */
export function HistoryPage() {
  const [after, setAfter] = useState<string>();
  const [{ data, fetching, stale, error }, reload] = useQuery({
    query: listPredictions,
    variables: { first: PAGE, ...(after !== undefined && { after }) },
  });
  const { edges = [], pageInfo } = data?.predictions ?? {};
  const predictions = edges.flatMap(({ node }) => (node ? [node] : []));
  const names = useModelNames(predictions.flatMap(({ settings }) => settings?.models ?? []).map(({ id }) => id));
  const [, remove] = useMutation(deletePredictions);
  const finished = predictions.filter(({ isFinished }) => isFinished);
  const selection = useSelection(finished.map(({ id }) => id));
  return (
    <>
      <header className="page-header">
        <h1>History</h1>
        <div className="page-actions">
          <CopyAs
            what="the list of predictions"
            document={listPredictions}
            variables={{ first: PAGE }}
            client={({ call }) => call('listPredictions', { first: PAGE })}
          />
          {(finished.length > 1 || selection.isActive) && (
            <DeleteSelection
              selection={selection}
              one="prediction"
              many="predictions"
              nameOf={(id) =>
                finished
                  .filter((each) => each.id === id)
                  .map(titleOf)
                  .join()
              }
              document={deletePredictions}
              clientDocument="deletePredictions"
              onDelete={async (batch) => {
                const { data, error } = await remove({ input: { ids: [...batch] } });
                const result = data?.deletePredictions;
                return result?.__typename === 'DeletePredictionsSuccess' ? result.outcomes : failureOf(result, error);
              }}
            >
              <p>The predictions and their images are removed from the history.</p>
            </DeleteSelection>
          )}
        </div>
      </header>
      {error && !data && <LoadError error={error} onRetry={() => reload({ requestPolicy: 'network-only' })} />}
      {data && predictions.length === 0 && (
        <Empty title="No images yet.">
          <a className="button primary" href={links.create()}>
            Create images
          </a>
        </Empty>
      )}
      <div className="history" aria-busy={fetching && !data}>
        {!data &&
          fetching &&
          [0, 1, 2, 3].map((index) => <div key={index} className="sheet skeleton" aria-hidden="true" />)}
        {predictions.map((prediction) => (
          <PredictionSheet
            key={prediction.id}
            prediction={prediction}
            names={names}
            onAgain={() => navigate(links.create({ again: prediction.id }))}
            selection={selection}
          />
        ))}
      </div>
      <EndOfList
        hasMore={pageInfo?.hasNextPage ?? false}
        isLoading={fetching || stale}
        onMore={() => setAfter(pageInfo?.endCursor ?? undefined)}
      />
    </>
  );
}
