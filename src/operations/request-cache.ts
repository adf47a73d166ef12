import type { ImageFacts } from '../images/inspect.ts';
import type { ImageSource } from '../images/source.ts';
import { Loaders, type RequestBudget } from '../loaders/loaders.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { AbortScope } from '../util/cancellation.ts';

/** The most upstream pages that one answer scans for the predictions of models. */
const PREDICTION_PAGES = 5;

/** The most upstream requests that one look at an image takes: where it is, and its bytes. */
const IMAGE_REQUESTS = 2;

/** How an answer looks at images. */
export interface ImageReader {
  facts(source: ImageSource): Promise<ImageFacts>;
  placeholder(source: ImageSource): Promise<string>;
}

/** What one answer has read so far: that of an operation, or of one event of a subscription for all its listeners. */
export class RequestCache {
  readonly loaders: Loaders;
  readonly #images: ImageReader;
  readonly #budget: RequestBudget;
  // Made on first use, which is rare.
  #facts: Map<string, Promise<ImageFacts>> | undefined;
  #placeholders: Map<string, Promise<string>> | undefined;
  #scanned: Set<string | undefined> | undefined;

  constructor(
    upstream: Upstream,
    images: ImageReader,
    caller: AbortSignal | AbortScope | undefined,
    budget: RequestBudget,
  ) {
    this.loaders = new Loaders(upstream, caller, budget);
    this.#images = images;
    this.#budget = budget;
  }

  /** What an image's bytes say of it; read once, whatever is selected. */
  imageFacts(source: ImageSource): Promise<ImageFacts> {
    const name = JSON.stringify(source);
    this.#facts ??= new Map();
    const facts = this.#facts.get(name) ?? this.#countImage() ?? this.#images.facts(source);
    this.#facts.set(name, facts);
    return facts;
  }

  /** A tiny copy of an image as a `data:` URL; made once. */
  imagePlaceholder(source: ImageSource): Promise<string> {
    const name = JSON.stringify(source);
    this.#placeholders ??= new Map();
    const placeholder = this.#placeholders.get(name) ?? this.#countImage() ?? this.#images.placeholder(source);
    this.#placeholders.set(name, placeholder);
    return placeholder;
  }

  /** Whether it may scan the page of predictions behind this item: a page read before is free. */
  mayReadPredictionPage(lastDocId: string | undefined): boolean {
    this.#scanned ??= new Set();
    if (!this.#scanned.has(lastDocId) && this.#scanned.size >= PREDICTION_PAGES) return false;
    this.#scanned.add(lastDocId);
    return true;
  }

  /** Counts a look at an image, also one that a cache answers. @returns Its failure, where there may be no more requests. */
  #countImage(): Promise<never> | undefined {
    const refusal = this.#budget.spend(IMAGE_REQUESTS);
    return refusal && Promise.reject(refusal);
  }
}
