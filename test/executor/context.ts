import { type Draws, drawsFor } from './draws.ts';

export interface TestContextOptions {
  /** Seed of all values, together with their paths. */
  seed: number;
  /** Percentage of positions that fail. */
  failureRate: number;
  /** Seed that decides which values are promises and when they settle. @default no promises */
  timing?: number;
  /** True if objects have a `__typename`. @default false */
  hasTypenames?: boolean;
  /** True if no iterator fails. @default false */
  completesIterators?: boolean;
  /** True if resolvers mutate their arguments. @default false */
  mutatesArguments?: boolean;
  /** True if some errors have the path of another position. @default false */
  misplacesErrors?: boolean;
}

/** The context of generated resolvers: decides what they return, and records their calls. */
export class TestContext {
  /** Resolver calls with their arguments, in order. */
  readonly calls: string[] = [];
  /** Root field of each resolver that started or ended, in order. */
  readonly steps: string[] = [];
  /** Paths of the lists whose iterators fail. */
  readonly failingLists = new Set<string>();
  readonly hasTypenames: boolean;
  readonly mutatesArguments: boolean;
  readonly misplacesErrors: boolean;
  readonly #options: TestContextOptions;

  constructor(options: TestContextOptions) {
    this.#options = options;
    this.hasTypenames = options.hasTypenames ?? false;
    this.mutatesArguments = options.mutatesArguments ?? false;
    this.misplacesErrors = options.misplacesErrors ?? false;
  }

  /** The random choices for one path. */
  drawsAt(path: string): Draws {
    return drawsFor(`${this.#options.seed} ${path}`);
  }

  /** Records the start or end of a resolver. */
  step(path: string): void {
    this.steps.push(path.split(/[/.]/, 1).join());
  }

  /** Decides if a position fails. */
  fails(draws: Draws): boolean {
    return draws.chance(this.#options.failureRate);
  }

  /** Yields items, then throws, unless `completesIterators` is set. */
  *failAtEnd(path: string, items: readonly unknown[]): Generator {
    this.failingLists.add(path);
    yield* items;
    if (!this.#options.completesIterators) throw new Error(ITERATOR_ERROR);
  }

  /**
   * Returns the result of `make`: synchronously, as a promise, or as another thenable.
   *
   * @param path Response path.
   * @param what Distinguishes several results at one path.
   */
  maybeAsync(path: string, make: () => unknown, what = ''): unknown {
    const { seed, timing } = this.#options;
    if (timing === undefined) return make();
    const draws = drawsFor(`${seed} ${timing} ${what} ${path}`);
    if (!draws.chance(40)) return make();
    const promise = waitForMicrotasks(draws.upTo(6)).then(() => {
      const value = make();
      // A promise may be fulfilled with an error, or rejected with it.
      if (value instanceof Error && draws.chance(50)) throw value;
      return value;
    });
    return draws.chance(90) ? promise : thenable(promise);
  }
}

/** Message of the error that a failing iterator throws. */
export const ITERATOR_ERROR = 'The iterator failed.';

/** Waits for a number of microtasks. */
async function waitForMicrotasks(count: number): Promise<void> {
  for (let index = 0; index < count; index++) await undefined;
}

const thenable = (promise: Promise<unknown>): object =>
  Object.defineProperty({}, 'then', { value: promise.then.bind(promise) });

/** A parent object of generated fields. */
export class Source {
  readonly path: string;
  readonly kind: string;

  constructor(path: string, kind: string) {
    this.path = path;
    this.kind = kind;
  }
}
