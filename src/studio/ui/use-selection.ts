import { useState } from 'react';

/** What the user has selected of a list, to delete it at once. */
export interface Selection {
  /** True while the list shows what can be selected. */
  readonly isActive: boolean;
  /** Ids of what is selected, in the order of the list. */
  readonly ids: readonly string[];
  /** Begins without selected objects, or ends. */
  setActive(isActive: boolean): void;
  toggle(id: string): void;
  /** Selects all objects that are loaded. */
  selectAll(): void;
}

/** A selection. @param selectable Ids of what can be selected, in the order of the list. */
export function useSelection(selectable: readonly string[]): Selection {
  const [selected, setSelected] = useState<ReadonlySet<string>>();
  return {
    isActive: selected !== undefined,
    // What is no longer in the list is no longer selected.
    ids: selectable.filter((id) => selected?.has(id)),
    setActive: (isActive) => setSelected(isActive ? new Set() : undefined),
    toggle: (id) =>
      setSelected(
        (before = new Set()) => new Set(before.has(id) ? [...before].filter((each) => each !== id) : [...before, id]),
      ),
    selectAll: () => setSelected(new Set(selectable)),
  };
}
