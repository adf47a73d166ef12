import ts from 'typescript';
import { root } from '../support/readme.ts';

/** A Kubernetes object. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * Compares Kubernetes objects with the types of the Kubernetes API. Other than the API's JSON schemas, they also reject unknown
 * fields, because the objects are checked as literals.
 *
 * @returns The mistakes, one sentence each.
 */
export function typeMistakes(manifests: readonly Manifest[]): string[] {
  const file = `${root}manifests.ts`;
  const text = manifests
    .map((manifest, index) => `export const manifest${index}: ${typeOf(manifest)} = ${JSON.stringify(manifest)};`)
    .join('\n');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    lib: ['lib.es5.d.ts'],
    types: [],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, language, ...rest) =>
    name === file ? ts.createSourceFile(name, text, language) : getSourceFile(name, language, ...rest);
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

/** The type of an object: `apps/v1` contains Deployment, `v1` is `core/v1`, `networking.k8s.io/v1` is `networking/v1`. */
function typeOf({ apiVersion, kind }: Manifest): string {
  const [version = '', group = 'core'] = apiVersion.split('/').toReversed();
  return `import('kubernetes-types/${group.replace('.k8s.io', '')}/${version}').${kind}`;
}
