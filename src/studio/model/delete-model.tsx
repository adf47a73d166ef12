import { useMutation } from 'urql';
import { deleteModel, type ModelFieldsFragment } from '../graph/documents.gen.ts';
import { links, navigate } from '../route.ts';
import { ConfirmDelete } from '../ui/confirm-delete.tsx';
import { failureOf } from '../ui/empty.tsx';
import { notify } from '../ui/notices.tsx';

/** Deletes a model after a question, and shows the gallery. */
export function DeleteModel({ model: { id, displayName } }: { model: ModelFieldsFragment }) {
  const [, send] = useMutation(deleteModel);
  return (
    <ConfirmDelete
      what="model"
      label={`Delete ${displayName}`}
      document={deleteModel}
      clientDocument="deleteModel"
      id={id}
      onDelete={async () => {
        const { data, error } = await send({ input: { id } });
        const result = data?.deleteModel;
        if (result?.__typename !== 'DeleteModelSuccess') return failureOf(result, error);
        notify(`Deleted ${displayName}.`);
        navigate(links.models());
        return undefined;
      }}
    >
      <p>
        <strong>{displayName}</strong> is marked as deleted. Its predictions stay in the history.
      </p>
    </ConfirmDelete>
  );
}
