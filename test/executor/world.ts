import { type Draws, drawsFor } from './draws.ts';

export interface WorldOptions {
  /** What happens follows from it, and from where it happens. */
  seed: number;
  /** How often something goes wrong in one place, in percent. */
  mishaps: number;
  /** When it happens follows from it. What happens is the same. @default everything happens at once */
  timing?: number;
  /** Whether values tell the names of their types. @default false */
  namesTypes?: boolean;
  /** Whether lists that would break off end as others do. @default false */
  endsLists?: boolean;
  /** Whether resolvers try to change the arguments that they get. @default false */
  meddles?: boolean;
  /** Whether some errors tell of another place than they come from. @default false */
  misleads?: boolean;
}

/** The context of drawn resolvers: what they do, and what has been asked of them. */
export class World {
  /** What has been called, in order, with all that it was given. */
  readonly calls: string[] = [];
  /** Below which field of the root something was begun or has ended, in order. */
  readonly steps: string[] = [];
  /** The lists that break off, or would. */
  readonly broken = new Set<string>();
  readonly namesTypes: boolean;
  readonly meddles: boolean;
  readonly misleads: boolean;
  readonly #options: WorldOptions;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.namesTypes = options.namesTypes ?? false;
    this.meddles = options.meddles ?? false;
    this.misleads = options.misleads ?? false;
  }

  /** The choices in one place. */
  drawsAt(place: string): Draws {
    return drawsFor(`${this.#options.seed} ${place}`);
  }

  /** Notes that something was begun in a place, or has ended. */
  step(place: string): void {
    this.steps.push(place.split(/[/.]/, 1).join());
  }

  /** Whether something goes wrong. */
  fails(draws: Draws): boolean {
    return draws.chance(this.#options.mishaps);
  }

  /** Items, with an error at their end unless all lists are to end well. */
  *breakOff(place: string, items: readonly unknown[]): Generator {
    this.broken.add(place);
    yield* items;
    if (!this.#options.endsLists) throw new Error(BROKEN_OFF);
  }

  /**
   * What is made, at once or later: as a promise, or as something that is none but has a `then`.
   *
   * @param place Where in the answer.
   * @param what What else than its value it is.
   */
  inTime(place: string, make: () => unknown, what = ''): unknown {
    const { seed, timing } = this.#options;
    if (timing === undefined) return make();
    const draws = drawsFor(`${seed} ${timing} ${what} ${place}`);
    if (!draws.chance(40)) return make();
    const promise = turns(draws.upTo(6)).then(() => {
      const value = make();
      // An error may come as a value or as what a promise is rejected with.
      if (value instanceof Error && draws.chance(50)) throw value;
      return value;
    });
    return draws.chance(90) ? promise : thenable(promise);
  }
}

/** The message of the error with which a list breaks off. */
export const BROKEN_OFF = 'There is no more.';

/** Lets other promises go on for so many turns. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await undefined;
}

const thenable = (promise: Promise<unknown>): object =>
  Object.defineProperty({}, 'then', { value: promise.then.bind(promise) });

/** An object of a drawn answer. */
export class Thing {
  readonly place: string;
  readonly kind: string;

  constructor(place: string, kind: string) {
    this.place = place;
    this.kind = kind;
  }
}
