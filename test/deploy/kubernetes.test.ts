import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.js';
import type { ConfigMap, Secret, Service } from 'kubernetes-types/core/v1.js';
import type { Ingress, NetworkPolicy } from 'kubernetes-types/networking/v1.js';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.js';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readConfig } from '../../src/config/config.ts';
import { readText, root } from '../support/readme.ts';
import { defaultPort, drainSeconds, imageEnvironment, imageUser, longestStop, settingNames } from './files.ts';
import { type Manifest, typeMistakes } from './type-check.ts';

const FOLDER = 'deploy/kubernetes';
const files = readdirSync(join(root, FOLDER)).filter((file) => file !== 'kustomization.yaml');
const kustomization = parse(readText(`${FOLDER}/kustomization.yaml`)) as { resources: string[] };
const manifests = files.flatMap((file) =>
  parseAllDocuments(readText(`${FOLDER}/${file}`)).map((document) => document.toJS() as Manifest),
);

/** All objects of a kind. */
const allOf = <Kind extends { kind?: string }>(kind: Kind['kind']) =>
  manifests.filter((manifest) => manifest.kind === kind) as unknown as Kind[];

function onlyOf<Kind extends { kind?: string }>(kind: Kind['kind']): Kind {
  const [found] = allOf<Kind>(kind);
  if (!found) throw new Error(`There is no ${kind} in ${FOLDER}.`);
  return found;
}

const deployment = onlyOf<Deployment>('Deployment');
const template = deployment.spec?.template;
const pod = template?.spec;
const [container] = pod?.containers ?? [];
const settings = onlyOf<ConfigMap>('ConfigMap').data ?? {};
const secrets = onlyOf<Secret>('Secret').stringData ?? {};
const portOf = (name: string) => container?.ports?.find((port) => port.name === name)?.containerPort;

const hasKubectl = !spawnSync('kubectl', ['version', '--client']).error;
if (!hasKubectl) console.log('kubectl is not installed, so the manifests are not built with it.');

describe('the manifests', () => {
  test('match the types of the Kubernetes API', () => {
    expect(typeMistakes(manifests)).toEqual([]);
  });

  test('are checked for unknown fields and wrong types', () => {
    const service = (spec: object) => ({ apiVersion: 'v1', kind: 'Service', spec });

    expect(typeMistakes([service({ selectors: {} }), service({ ports: [{ port: '80' }] })])).toEqual([
      expect.stringContaining("selectors\"' does not exist in type 'ServiceSpec'"),
      expect.stringContaining("Type 'string' is not assignable to type 'number'"),
    ]);
  });

  test('are all applied, except the example of a Secret', () => {
    expect([...kustomization.resources, 'secret.example.yaml'].toSorted()).toEqual(files.toSorted());
  });

  test.runIf(hasKubectl)('are accepted by kubectl kustomize', () => {
    const { stdout, stderr } = spawnSync('kubectl', ['kustomize', join(root, FOLDER)], { encoding: 'utf8' });

    expect(stderr).toBe('');
    const built = parseAllDocuments(stdout).map((document) => document.toJS() as Deployment);
    expect(built).toHaveLength(manifests.length - 1);
    const [image] = built.flatMap(({ kind, spec }) =>
      kind === 'Deployment' ? (spec?.template.spec?.containers ?? []) : [],
    );
    expect(image?.image).toMatch(/^registry\.example\.com\/flair-graphql-gateway:\d/);
  });
});

describe('the pods', () => {
  test('have only settings of the gateway, which are valid together', () => {
    const environment = { ...settings, ...secrets };

    expect(Object.keys(environment).filter((name) => !settingNames.has(name))).toEqual([]);
    expect(readConfig({ ...imageEnvironment, ...environment })).toMatchObject({ host: '0.0.0.0', warnings: [] });
    expect(container?.envFrom).toEqual([
      { configMapRef: { name: 'flair-graphql-gateway' } },
      { secretRef: { name: 'flair-graphql-gateway' } },
    ]);
  });

  test('are probed where the gateway listens', () => {
    expect(portOf('http')).toBe(defaultPort);
    const { startupProbe, livenessProbe, readinessProbe } = container ?? {};
    expect([startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet)).toEqual([
      { path: '/health', port: 'http' },
      { path: '/health', port: 'http' },
      { path: '/ready', port: 'http' },
    ]);
  });

  test('are scraped at the port of the metrics', () => {
    const port = settings.METRICS_PORT;

    expect(portOf('metrics')).toBe(Number(port));
    expect(template?.metadata?.annotations).toMatchObject({ 'prometheus.io/port': port });
  });

  test('have more time to stop than they need, and are found to be draining before they stop', () => {
    const { periodSeconds = 0, failureThreshold = 0 } = container?.readinessProbe ?? {};

    expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(longestStop);
    expect(periodSeconds * failureThreshold).toBeLessThan(drainSeconds);
  });

  test('meet the restricted Pod Security Standard, as the user of the image', () => {
    const [user, group] = imageUser;

    expect(pod?.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: group,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod?.volumes?.every(({ emptyDir }) => emptyDir)).toBe(true);
    expect(container?.volumeMounts?.map(({ mountPath }) => mountPath)).toEqual(['/tmp', '/app/.data']);
  });

  test('are selected by all other objects', () => {
    const { labels } = template?.metadata ?? {};
    const autoscaler = onlyOf<HorizontalPodAutoscaler>('HorizontalPodAutoscaler');

    expect(labels).toBeDefined();
    expect(deployment.spec?.selector).toEqual({ matchLabels: labels });
    expect(pod?.topologySpreadConstraints?.map(({ labelSelector }) => labelSelector)).toEqual([
      { matchLabels: labels },
    ]);
    expect(onlyOf<Service>('Service').spec?.selector).toEqual(labels);
    expect(onlyOf<PodDisruptionBudget>('PodDisruptionBudget').spec?.selector).toEqual({ matchLabels: labels });
    expect(onlyOf<NetworkPolicy>('NetworkPolicy').spec?.podSelector).toEqual({ matchLabels: labels });
    expect(autoscaler.spec?.scaleTargetRef).toEqual({
      apiVersion: deployment.apiVersion,
      kind: deployment.kind,
      name: deployment.metadata?.name,
    });
    expect(autoscaler.spec?.minReplicas).toBeGreaterThan(1);
  });
});

describe('the Ingress', () => {
  const service = onlyOf<Service>('Service');
  const ingresses = allOf<Ingress>('Ingress');
  const pathsOf = ({ spec }: Ingress) => spec?.rules?.flatMap(({ http }) => http?.paths ?? []) ?? [];

  test('leads to the Service, and the Service to the port of the pods', () => {
    const [port] = service.spec?.ports ?? [];

    expect(port?.targetPort).toBe('http');
    for (const { backend } of ingresses.flatMap(pathsOf)) {
      expect(backend.service).toEqual({ name: service.metadata?.name, port: { name: port?.name } });
    }
  });

  test('publishes the graph, images and uploads, but not the health checks', () => {
    const paths = ingresses.flatMap(pathsOf).map(({ path }) => path);

    expect(paths).toEqual(['/graphql', '/images', '/uploads']);
  });

  test('is at the public URL, over TLS', () => {
    for (const { spec } of ingresses) {
      expect(spec?.rules?.map(({ host }) => `https://${host}`)).toEqual([settings.PUBLIC_URL]);
      expect(spec?.tls?.flatMap(({ hosts }) => hosts)).toEqual(spec?.rules?.map(({ host }) => host));
    }
  });

  test('keeps the secret URLs of images and uploads out of the access log, and is the same otherwise', () => {
    const [graph, secret] = ingresses.map(({ metadata }) => metadata?.annotations);

    expect(secret).toEqual({ ...graph, 'nginx.ingress.kubernetes.io/enable-access-log': 'false' });
  });
});
