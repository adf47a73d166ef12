import { useDeferredValue, useState } from 'react';
import { CopyAs } from '../copy/copy-as.tsx';
import { listModels } from '../graph/documents.gen.ts';
import { Empty, LoadError } from '../ui/empty.tsx';
import { EndOfList } from '../ui/end-of-list.tsx';
import { ModelCard } from './model-card.tsx';
import { NewModel } from './new-model.tsx';
import { useModels } from './use-models.ts';
import './gallery.css';

/** All models with their covers. */
export function Gallery() {
  const [search, setSearch] = useState('');
  const nameContains = useDeferredValue(search.trim());
  const { models, isLoading, isLoadingMore, error, hasMore, loadMore, reload } = useModels(nameContains);
  return (
    <>
      <header className="page-header">
        <h1>Models</h1>
        <div className="page-actions">
          <input
            type="search"
            className="search"
            aria-label="Search models by name"
            placeholder="Search"
            value={search}
            onChange={({ target }) => setSearch(target.value)}
          />
          <CopyAs
            what="the list of models"
            document={listModels}
            variables={{ first: 12, ...(nameContains && { nameContains }) }}
            client={({ call }) => call('listModels', { first: 12 })}
          />
          <NewModel />
        </div>
      </header>
      {error && <LoadError error={error} onRetry={reload} />}
      {!isLoading && !error && models.length === 0 && nameContains && !hasMore && (
        <Empty title={`No model has “${nameContains}” in its name.`} />
      )}
      {!isLoading && !error && models.length === 0 && !nameContains && (
        <Empty title="No models yet.">
          <p>A model learns a product, a person or a style from your images. Create one, then add its images.</p>
        </Empty>
      )}
      <ul className="gallery" aria-busy={isLoading}>
        {isLoading
          ? PLACEHOLDERS.map((index) => <li key={index} className="model-card skeleton" aria-hidden="true" />)
          : models.map((model, index) => <ModelCard key={model.id} model={model} number={index + 1} />)}
      </ul>
      <EndOfList hasMore={hasMore} isLoading={isLoadingMore} onMore={loadMore} />
    </>
  );
}

const PLACEHOLDERS = [0, 1, 2, 3, 4, 5];
