import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import * as assert from "uvu/assert";
import { parse, parseAllDocuments, stringify } from "yaml";
import { parseEvents, parseManifest, type RoundEvent } from "../../../src/campaign-files/index.js";
import { type Api, connectApi } from "../../../src/measure/kubernetes/api/api.js";
import { failedFor } from "../../../src/measure/kubernetes/api/errors.js";
import { readKubeconfig } from "../../../src/measure/kubernetes/api/kubeconfig.js";
import { projectRoot, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";

/** No package brings a cluster: these tests run where somebody names one, with a RuntimeClass `runc` on its nodes. */
const kubeconfig = process.env.RUND_LAB_KUBECONFIG;
const here = kubeconfig !== undefined && kubeconfig !== "";
const test = suiteNeeding("campaigns on a real cluster", { name: "RUND_LAB_KUBECONFIG", here, optional: true });
const program = join(projectRoot, "dist/cli/main.js");

interface Manifest {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

async function admin(): Promise<Api> {
  process.env.KUBECONFIG = kubeconfig;
  return connectApi(await readKubeconfig(null));
}

const plurals: Readonly<Record<string, string>> = {
  Namespace: "namespaces",
  ServiceAccount: "serviceaccounts",
  Role: "roles",
  RoleBinding: "rolebindings",
  ClusterRole: "clusterroles",
  ClusterRoleBinding: "clusterrolebindings",
};

function pathOf({ kind, apiVersion, metadata }: Manifest): string {
  const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
  return `${base}${scope}/${plurals[kind]}`;
}

const rights = () =>
  parseAllDocuments(readFileSync(join(projectRoot, "environment/kubernetes/rights.yaml"), "utf8")).map(
    document => document.toJS() as Manifest,
  );

async function withRights(api: Api, work: (token: string) => Promise<void>): Promise<void> {
  try {
    for (const manifest of rights()) await api.call({ method: "POST", path: pathOf(manifest), body: manifest });
    const path = "/api/v1/namespaces/rund-lab/serviceaccounts/rund-lab/token";
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } };
    const { status } = await api.call<{ status: { token: string } }>({ method: "POST", path, body });
    await work(status.token);
  } finally {
    for (const manifest of rights().reverse()) {
      const path = `${pathOf(manifest)}/${manifest.metadata.name}`;
      await api.call({ method: "DELETE", path }).catch(error => {
        if (!failedFor(error, "not-found")) throw error;
      });
    }
  }
}

const namespaces = async (api: Api) =>
  (await api.call<{ items: Manifest[] }>({ path: "/api/v1/namespaces" })).items
    .map(({ metadata }) => metadata.name)
    .filter(name => name.startsWith("rund-lab-"));

const run = (words: readonly string[], KUBECONFIG: string) =>
  execa("node", [program, "run", ...words], { env: { KUBECONFIG }, reject: false });

const smallest = ["time", "--cluster", "--runtime-class", "runc", "--concurrency", "2", "--rounds", "1"];

test("a campaign measures every client on a named node, and leaves no namespace behind", () =>
  inTempFolder(async folder => {
    const api = await admin();
    const { exitCode, stdout, stderr } = await run([...smallest, "--out", folder, "--json"], kubeconfig!);
    assert.is(exitCode, 0, stderr);
    const { campaign } = JSON.parse(stdout) as { campaign: string };
    const round = parseEvents(readFileSync(join(campaign, "events.ndjson"), "utf8")).rows.find(
      (event): event is RoundEvent => event.event === "round",
    )!;
    assert.is(round.samples.length, 2);
    assert.ok(round.samples.every(({ status, node }) => status === "ready" && node !== undefined));
    assert.is(parseManifest(readFileSync(join(campaign, "run.json"), "utf8")).driver, "kubernetes");
    assert.equal(await namespaces(api), []);
    api.close();
  }));

test("the least rights of environment/kubernetes/rights.yaml are enough for a campaign", () =>
  inTempFolder(async folder => {
    const api = await admin();
    await withRights(api, async token => {
      const config = parse(readFileSync(kubeconfig!, "utf8")) as { users: { name: string }[] };
      const users = config.users.map(({ name }) => ({ name, user: { token } }));
      const file = join(folder, "least.conf");
      writeFileSync(file, stringify({ ...config, users }));
      const { exitCode, stderr } = await run([...smallest, "--namespace", "rund-lab", "--out", folder], file);
      assert.is(exitCode, 0, stderr);
      const own = await run([...smallest, "--out", folder], file);
      assert.is(own.exitCode, 3);
      assert.match(own.stderr, /cannot (list|create) resource "(pods|namespaces)"/);
    });
    api.close();
  }));

test("the cluster accepts the RuntimeClass that `overhead` prints, in a dry run", async () => {
  const campaign = join(projectRoot, "raw/arrivals-and-fit");
  const { stdout } = await execa("node", [program, "overhead", campaign]);
  const api = await admin();
  const documents = parseAllDocuments(stdout).map(document => document.toJS() as { metadata: { name: string } });
  assert.is(documents.length, 3);
  for (const document of documents) {
    const body = { ...document, metadata: { name: `rund-lab-${document.metadata.name}` } };
    const query = { dryRun: "All" };
    const path = "/apis/node.k8s.io/v1/runtimeclasses";
    const made = await api.call<{ overhead: { podFixed: object } }>({ method: "POST", path, query, body });
    assert.equal(made.overhead, (document as unknown as typeof made).overhead);
  }
  api.close();
});

test("a namespace that does not exist stops the plan and the campaign", () =>
  inTempFolder(async folder => {
    for (const words of [["--plan"], ["--out", folder]]) {
      const { exitCode, stderr } = await run([...smallest, "--namespace", "absent", ...words], kubeconfig!);
      assert.is(exitCode, 3);
      assert.match(stderr, 'no namespace "absent"');
    }
  }));

test("a RuntimeClass of a killed session is deleted after it is resumed; a handler that no node has is named", () =>
  inTempFolder(async folder => {
    const api = await admin();
    const made = async () => {
      const path = "/apis/node.k8s.io/v1/runtimeclasses";
      return (await api.call<{ items: Manifest[] }>({ path })).items.some(
        ({ metadata }) => metadata.name === "labmade",
      );
    };
    const words = ["time", "--cluster", "--make-runtime-classes", "--runtime-class", "labmade", "--timeout", "5"];
    const killed = run([...words, "--concurrency", "1", "--rounds", "1", "--out", folder], kubeconfig!);
    const deadline = performance.now() + 30_000;
    while (!(await made())) assert.ok(performance.now() < deadline, "no RuntimeClass within 30 s");
    killed.kill("SIGKILL");
    await killed;
    const campaign = join(folder, readdirSync(folder)[0]!);
    const { exitCode, stderr } = await run(["--resume", campaign], kubeconfig!);
    assert.is(exitCode, 1, stderr);
    assert.match(readFileSync(join(campaign, "events.ndjson"), "utf8"), /no runtime for \\+"labmade\\+"/);
    assert.is(await made(), false);
    assert.equal(await namespaces(api), []);
    api.close();
  }));

test("a RuntimeClass that the cluster lacks is an error that lists the existing ones", () =>
  inTempFolder(async folder => {
    const words = ["time", "--cluster", "--runtime-class", "no-such-class", "--out", folder];
    const { exitCode, stderr } = await run(words, kubeconfig!);
    assert.is(exitCode, 3);
    assert.match(stderr, 'no RuntimeClass "no-such-class"');
  }));

test.run();
