import { STEPS, type Step, type Table, type Transport } from '../../src/pipeline/table.ts';

type AnyFunction = (...args: unknown[]) => unknown;

/** Reports each call of a function in any cell of a pipeline, including hooks of Yoga plugins, and changes nothing else. */
export function traced<Of extends Table>(table: Of, onStep: (step: Step) => void): Of {
  /** Wrapped cells and plugins, by the original: what is shared between columns stays shared. */
  const known = new Map<unknown, unknown>();

  const wrap = (cell: unknown, step: Step): unknown => {
    if (known.has(cell)) return known.get(cell);
    const wrapped = wrapNew(cell, step);
    known.set(cell, wrapped);
    return wrapped;
  };
  const wrapNew = (cell: unknown, step: Step): unknown => {
    if (Array.isArray(cell)) return cell.map((plugin) => wrap(plugin, step));
    if (typeof cell === 'function') return wrapFunction(cell as AnyFunction, step);
    return Object.fromEntries(
      Object.entries(cell as object).map(([name, member]) => [
        name,
        // The setup of a plugin belongs to no operation.
        typeof member === 'function' && !/^on(YogaInit|PluginInit|SchemaChange|Enveloped)$/.test(name)
          ? wrapFunction(member.bind(cell), step)
          : member,
      ]),
    );
  };
  const wrapFunction =
    (original: AnyFunction, step: Step): AnyFunction =>
    (...args) => {
      onStep(step);
      return original(...args);
    };

  const wrapRow = (step: Step): Record<Transport, unknown> => {
    const cells = Object.entries(table[step]).map(([transport, cell]) => [transport, wrap(cell, step)]);
    return Object.fromEntries(cells) as Record<Transport, unknown>;
  };
  return Object.fromEntries(STEPS.map((step) => [step, wrapRow(step)])) as unknown as Of;
}
