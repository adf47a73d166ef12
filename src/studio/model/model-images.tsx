import { useState } from 'react';
import { useMutation } from 'urql';
import { deleteDataItem, deleteDataItems } from '../graph/documents.gen.ts';
import { ConfirmDelete } from '../ui/confirm-delete.tsx';
import { DeleteSelection } from '../ui/delete-selection.tsx';
import { Empty, failureOf, LoadError } from '../ui/empty.tsx';
import { EndOfList } from '../ui/end-of-list.tsx';
import { Lightbox } from '../ui/lightbox.tsx';
import { Picture } from '../ui/picture.tsx';
import { useSelection } from '../ui/use-selection.ts';
import { Dropzone } from './dropzone.tsx';
import { UploadList } from './upload-list.tsx';
import { useUploads } from './uploads-provider.tsx';
import { useImages } from './use-images.ts';

/** The training images of a model, and the place to add more. */
export function ModelImages({ modelId }: { modelId: string }) {
  const { images, isLoading, isLoadingMore, error, hasMore, loadMore, reload } = useImages(modelId);
  const [, remove] = useMutation(deleteDataItem);
  const [, removeAll] = useMutation(deleteDataItems);
  const ids = images.map(({ id }) => id);
  const selection = useSelection(ids);
  const [shown, setShown] = useState<number>();
  const { uploads, add } = useUploads(modelId);

  return (
    <section aria-labelledby="images-title" className="model-images">
      <header className="images-header">
        <h2 id="images-title">
          Images {!isLoading && <span className="count">{`${images.length}${hasMore ? '+' : ''}`}</span>}
        </h2>
        {(images.length > 1 || selection.isActive) && (
          <DeleteSelection
            selection={selection}
            one="image"
            many="images"
            nameOf={(id) => <Picture src={images.find((each) => each.id === id)?.image.small} alt="Training image" />}
            document={deleteDataItems}
            clientDocument="deleteDataItems"
            onDelete={async (batch) => {
              const { data, error } = await removeAll({ input: { ids: [...batch] } });
              const result = data?.deleteDataItems;
              return result?.__typename === 'DeleteDataItemsSuccess' ? result.outcomes : failureOf(result, error);
            }}
          >
            <p>The images are deleted permanently. Models that were trained on them do not change.</p>
          </DeleteSelection>
        )}
      </header>
      <Dropzone modelId={modelId} onFiles={add} />
      <UploadList uploads={uploads} modelId={modelId} />
      {error && <LoadError error={error} onRetry={reload} />}
      {!isLoading && !error && images.length === 0 && uploads.length === 0 && (
        <Empty title="No images yet.">
          <p>Ten or more images from different angles train a better model.</p>
        </Empty>
      )}
      <ul className="frames" aria-busy={isLoading}>
        {images.map(({ id, image }, index) => (
          <li key={id} className="frame">
            {selection.isActive ? (
              <label className="frame-select">
                <input
                  type="checkbox"
                  aria-label={`Select image ${index + 1}`}
                  checked={selection.ids.includes(id)}
                  onChange={() => selection.toggle(id)}
                />
                <Picture src={image.small} alt="" onExpired={reload} />
              </label>
            ) : (
              <>
                <button
                  type="button"
                  className="frame-open"
                  aria-label={`Show image ${index + 1}`}
                  onClick={() => setShown(index)}
                >
                  <Picture src={image.small} alt="" onExpired={reload} />
                </button>
                <span className="frame-tools">
                  <ConfirmDelete
                    what="image"
                    label={`Delete image ${index + 1}`}
                    document={deleteDataItem}
                    clientDocument="deleteDataItem"
                    id={id}
                    onDelete={async () => {
                      const { data, error } = await remove({ input: { id } });
                      const result = data?.deleteDataItem;
                      if (result?.__typename === 'DeleteDataItemSuccess') return undefined;
                      return failureOf(result, error);
                    }}
                  >
                    <p>The image is deleted permanently. Models that were trained on it do not change.</p>
                  </ConfirmDelete>
                </span>
              </>
            )}
          </li>
        ))}
      </ul>
      <EndOfList hasMore={hasMore} isLoading={isLoadingMore} onMore={loadMore} />
      {shown !== undefined && (
        <Lightbox
          images={images.map(({ image }, index) => ({ ...image, alt: `Training image ${index + 1}` }))}
          index={shown}
          onIndex={setShown}
          onClose={() => setShown(undefined)}
        />
      )}
    </section>
  );
}
