import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import { pidOf, stop } from '../processes.ts';
import type { UpstreamResponses } from './data.ts';
import { onPath, waitForResponse } from './servers.ts';

const configuration = (folder: string, port: number) => `
daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log ${folder}/error.log warn;
events { worker_connections 8192; }
http {
  access_log off;
  default_type application/json;
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  open_file_cache max=1000 inactive=1h;
  open_file_cache_valid 1h;
  client_body_temp_path ${folder}/t1;
  proxy_temp_path ${folder}/t2;
  fastcgi_temp_path ${folder}/t3;
  uwsgi_temp_path ${folder}/t4;
  scgi_temp_path ${folder}/t5;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    root ${folder}/responses;
    # No cache validators: responses of the real upstream depend on the key.
    etag off;
    add_header Last-Modified "";
    location / {
      if ($http_x_api_key = "") { return 401; }
      try_files $uri.json =404;
    }
    location = /bench-status { stub_status; }
  }
}
`;

/** Starts nginx as a static file server; undefined if it is not installed. */
export async function startNginx(responses: UpstreamResponses) {
  const program = onPath('nginx');
  if (!program) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'flair-bench-nginx-'));
  for (const [path, response] of Object.entries(responses)) {
    const file = join(folder, 'responses', `${path}.json`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(response));
  }
  const port = await freePort();
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port));
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')];
  // As root, nginx would run its worker as a user without access to the folder.
  if (process.getuid?.() === 0) args.push('-g', 'user root;');
  const child = spawn(program, args, { stdio: 'ignore' });
  child.on('error', () => {});
  const url = `http://127.0.0.1:${port}`;
  await waitForResponse(child, `${url}/bench-status`);
  // The readiness check was one request.
  let statusRequests = 1;
  return {
    url,
    name: 'nginx',
    pid: await workerOf(pidOf(child)),
    /** Number of requests received so far, without those for this number. */
    async hits(): Promise<number> {
      const status = await (await fetch(`${url}/bench-status`)).text();
      statusRequests++;
      return Number(/^\s*\d+ \d+ (\d+)/m.exec(status)?.[1]) - statusRequests;
    },
    async stop(): Promise<void> {
      // SIGKILL would leave its worker running.
      await stop(child, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Process id of the worker; on other systems than Linux, that of the master. */
const workerOf = async (master: number): Promise<number> =>
  Number((await readFile(`/proc/${master}/task/${master}/children`, 'utf8').catch(() => '')).split(' ')[0]) || master;
