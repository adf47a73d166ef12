import type { ImageFacts } from './images/inspect.ts';
import type { ImageSource } from './images/source.ts';
import { createLoaders, type Loaders, type Row } from './loaders.ts';
import type { Upstream } from './upstream/upstream.ts';

/** The most upstream pages that one answer scans for the predictions of models. */
const PREDICTION_PAGES = 5;

/** What one answer has read so far: that of an operation, or of one event of a subscription for all its listeners. */
export class Answer {
  readonly loaders: Loaders;
  readonly #inspect: (source: ImageSource) => Promise<ImageFacts>;
  readonly #images = new Map<string, Promise<ImageFacts>>();
  readonly #scanned = new Set<string | undefined>();

  constructor(
    upstream: Upstream,
    inspect: (source: ImageSource) => Promise<ImageFacts>,
    signal: AbortSignal | undefined,
    onTold: (row: Row) => void,
  ) {
    this.loaders = createLoaders(upstream, signal, onTold);
    this.#inspect = inspect;
  }

  /** What an image's bytes say of it; read once, whatever is selected. */
  imageFacts(source: ImageSource): Promise<ImageFacts> {
    const name = JSON.stringify(source);
    const facts = this.#images.get(name) ?? this.#inspect(source);
    this.#images.set(name, facts);
    return facts;
  }

  /** Whether it may scan the page of predictions behind this item: a page read before is free. */
  mayScanPredictions(lastDocId: string | undefined): boolean {
    if (!this.#scanned.has(lastDocId) && this.#scanned.size >= PREDICTION_PAGES) return false;
    this.#scanned.add(lastDocId);
    return true;
  }
}
