import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { stringify } from 'yaml';
import { generate } from '../../src/contract/generate.ts';
import type { Json } from './support.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const CONTRACT = `${root}src/contract/`;

/** Entry points of the client and of the sandbox, which share only the contract. */
const PROGRAMS = ['src/upstream/upstream.ts', 'src/sandbox/sandbox.ts'].map((file) => root + file);

/** Compiles client and sandbox against generated files in memory, without writing output. */
export class Compiler {
  readonly #options = compilerOptions();
  readonly #host = ts.createCompilerHost(this.#options);
  /** Cache of unedited files. */
  readonly #parsed = new Map<string, ts.SourceFile | undefined>();

  /** Generates the contract from a document, and returns the first error of each file of `src/` with errors. */
  async errorsWith(document: Json): Promise<Record<string, string>> {
    const files = await generate(stringify(document));
    const overlay = new Map(Object.entries(files).map(([file, text]) => [CONTRACT + file, text]));
    const program = ts.createProgram(PROGRAMS, this.#options, {
      ...this.#host,
      getSourceFile: (name, version) => {
        const text = overlay.get(name);
        if (text !== undefined) return ts.createSourceFile(name, text, version);
        if (!this.#parsed.has(name)) this.#parsed.set(name, this.#host.getSourceFile(name, version));
        return this.#parsed.get(name);
      },
    });
    const errors: Record<string, string> = {};
    for (const file of program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(`${root}src/`))) {
      const [first] = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
      if (first) errors[relative(root, file.fileName)] = ts.flattenDiagnosticMessageText(first.messageText, '\n');
    }
    return errors;
  }
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  return { ...ts.parseJsonConfigFileContent(config, ts.sys, root).options, noEmit: true };
}
