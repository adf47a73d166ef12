import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** An import, export-from or `import()`. */
export interface Import {
  /** Importing file, relative to the repository root. */
  from: string;
  /** Imported file, relative to the repository root, or the name of a package without a subpath: `node:fs`, `ajv`. */
  to: string;
  /** `compiling` for type-only imports; all others load the module. */
  when: 'compiling' | 'running';
}

/** A source file, analyzed by its syntax. */
export interface Module {
  file: string;
  text: string;
  imports: readonly Import[];
  /**
   * Identifiers used from the global scope or from Node.js modules: `process`, `setTimeout`; also uses of the clock through
   * `Date` and `AbortSignal`: `Date.now`, `AbortSignal.timeout`, `new Date()` and `Date()`.
   */
  uses: ReadonlySet<string>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Reads all modules of `src/` and `schema/`. */
export const readModules = (): Module[] =>
  ['src', 'schema']
    .flatMap((folder) => ts.sys.readDirectory(root + folder, ['.ts', '.tsx']))
    .map((path) => readModule(path.slice(root.length), readFileSync(path, 'utf8')));

/** Analyzes the text of a module. */
export function readModule(file: string, text: string): Module {
  const imports: Import[] = [];
  const uses = new Set<string>();
  const add = (specifier: ts.Node | undefined, when: Import['when']) => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    imports.push({ from: file, to: target(file, specifier.text), when });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node))
      add(node.moduleSpecifier, node.importClause?.isTypeOnly ? 'compiling' : 'running');
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly ? 'compiling' : 'running');
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, 'compiling');
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], 'running');
    else if (ts.isIdentifier(node) && !isNameOfMember(node)) uses.add(node.text);
    else if (ts.isPropertyAccessExpression(node) && node.expression.getText() === 'globalThis')
      uses.add(node.name.text);
    const timing = timingOf(node);
    if (timing) uses.add(timing);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return { file, text, imports, uses };
}

/** Detects a use of the clock through `Date` or `AbortSignal`. */
function timingOf(node: ts.Node): string | undefined {
  const isDate = (expression: ts.Expression) => expression.getText().replace('globalThis.', '') === 'Date';
  if (ts.isNewExpression(node) && isDate(node.expression) && !node.arguments?.length) return 'new Date()';
  if (ts.isCallExpression(node) && isDate(node.expression)) return 'Date()';
  if (ts.isPropertyAccessExpression(node)) {
    const name = node.getText().replace('globalThis.', '');
    return name === 'Date.now' || name === 'AbortSignal.timeout' ? name : undefined;
  }
  // `const { now } = Date`
  const isTaken = ts.isVariableDeclaration(node) && node.initializer && ts.isObjectBindingPattern(node.name);
  return isTaken && node.initializer && isDate(node.initializer) && /\bnow\b/.test(node.name.getText())
    ? 'Date.now'
    : undefined;
}

/** True for names of members: `process` in `job.process` or in `{ process: 1 }`. */
function isNameOfMember(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  const namesMember =
    ts.isPropertyAccessExpression(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isMethodSignature(parent);
  return namesMember && parent.name === node;
}

function target(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(file), specifier);
  const [scope = '', name] = specifier.split('/');
  return specifier.startsWith('@') ? `${scope}/${name}` : specifier.startsWith('node:') ? specifier : scope;
}

/** Finds import cycles, type imports included, each as the path of its modules. */
export function importCyclesOf(modules: readonly Module[]): string[] {
  const next = new Map(modules.map(({ file, imports }) => [file, imports.map(({ to }) => to)]));
  const cycles: string[] = [];
  const done = new Set<string>();
  const follow = (file: string, path: readonly string[]) => {
    const start = path.indexOf(file);
    if (start >= 0) cycles.push([...path.slice(start), file].join(' → '));
    if (start >= 0 || done.has(file)) return;
    for (const to of next.get(file) ?? []) follow(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) follow(file, []);
  return cycles;
}
