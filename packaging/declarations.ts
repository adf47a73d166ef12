import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  strict: true,
  isolatedDeclarations: true,
};

/**
 * Writes the type declarations of a module and of the modules that its public types come from.
 *
 * @param entry The module, relative to the source folder.
 * @returns The files written, relative to the parent of the target.
 * @throws Error for an exported value without an explicit type.
 */
export function writeDeclarations(source: string, target: string, entry: string): string[] {
  const pending = [entry];
  for (const file of pending) {
    const { outputText, diagnostics = [] } = ts.transpileDeclaration(readFileSync(join(source, file), 'utf8'), {
      fileName: file,
      compilerOptions: OPTIONS,
      reportDiagnostics: true,
    });
    const [mistake] = diagnostics;
    if (mistake) throw new Error(`src/${file}: ${ts.flattenDiagnosticMessageText(mistake.messageText, '\n')}`);
    const path = join(target, file.replace(/\.ts$/, '.d.ts'));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      outputText.replace(/(from ['"])(\.[^'"]+)\.ts(['"])/g, (_, before, specifier, after) => {
        const imported = posix.join(posix.dirname(file), `${specifier}.ts`);
        if (!pending.includes(imported)) pending.push(imported);
        return `${before}${specifier}.js${after}`;
      }),
    );
  }
  return pending.map((file) => `dist/${file.replace(/\.ts$/, '.d.ts')}`);
}
