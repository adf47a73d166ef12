/**
 * Runs the gateway from its sources: it restarts when they change, and Studio is rebuilt when its own change. Reload the page
 * to see the change.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildPage } from './studio.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = 'dist/studio/index.html';

await buildPage({ logLevel: 'info', build: { watch: {} } });
// The page contains the names of its files, so each rebuild changes it.
// Nothing waits for load balancers, so that a restart is quick.
const env = { DRAIN_SECONDS: '0', ...process.env };
const gateway = spawn('tsx', ['watch', '--include', page, 'src/main.ts'], { cwd: root, stdio: 'inherit', env });
gateway.on('exit', (code) => process.exit(code ?? 1));
