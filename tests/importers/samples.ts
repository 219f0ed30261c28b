/**
 * Small result files made by hand in each tool's documented form.
 */
export const critest = JSON.stringify({
  operationsNames: ["CreatePod", "StatusPod", "StopPod", "RemovePod"],
  numParallel: 2,
  datapoints: [
    { sampleIndex: 0, startTime: 1.7e18, endTime: 1.7e18, operationsDurationsNs: [52_000_000, 1, 2, 3], metaInfo: {} },
    { sampleIndex: 1, startTime: 1.7e18, endTime: 1.7e18, operationsDurationsNs: [48_000_000, 1, 2, 3], metaInfo: {} },
  ],
});
export const kataBoot = (workload: number) =>
  JSON.stringify({
    "@timestamp": 1,
    env: { Hypervisor: "/opt/kata/bin/qemu-system-x86_64" },
    test: { runtime: "io.containerd.kata.v2", testname: "boot times" },
    "boot-times": {
      Results: [
        { total: { Result: 1.5, Units: "s" }, "to-workload": { Result: workload, Units: "s" } },
        { total: { Result: 1.7, Units: "s" }, "to-workload": { Result: 1.4, Units: "s" } },
      ],
    },
  });
export const kataMemory = JSON.stringify({
  test: { runtime: "io.containerd.runc.v2", testname: "memory footprint" },
  "memory-footprint": {
    Config: [{ containers: "20", ksm: "0" }],
    Results: [{ average: { Result: 2345.5, Units: "KB" }, runc: { Result: 2345.5, Units: "KB" } }],
  },
});
export const pod = (podReadyLatency: number, timestamp: string) => ({
  timestamp,
  podReadyLatency,
  metricName: "podLatencyMeasurement",
  uuid: "u1",
  jobName: "density",
  podName: "p",
});
export const kubeBurner = (latency = 2000) =>
  JSON.stringify([pod(latency, "2026-01-01T00:00:00Z"), pod(1000, "2026-01-01T00:00:03Z")]);
export const hyperfine = JSON.stringify({
  results: [
    { command: "ctr run runc", mean: 0.2, times: [0.1, 0.3, 9], exit_codes: [0, 0, 1] },
    { command: "ctr run kata", mean: 1, times: [1, 1], exit_codes: [0, 0], parameters: { runtime: "kata" } },
  ],
});
export const stress = JSON.stringify({
  total: 150,
  failures: 0,
  seconds: 20,
  containersPerSecond: 7.5,
  secondsPerContainer: 0.1333,
  execTotal: 0,
  execFailures: 0,
});
export const stressDensity = JSON.stringify({
  pss: 50_820,
  rss: 210_540,
  pssPerContainer: 5082,
  rssPerContainer: 21_054,
});
export const computesdk = JSON.stringify({
  version: "1.1",
  results: [
    {
      provider: "e2b",
      mode: "concurrent",
      concurrency: 2,
      wallClockMs: 640,
      iterations: [{ ttiMs: 500.5 }, { ttiMs: 630.25 }],
    },
    { provider: "modal", iterations: [{ ttiMs: 900 }, { ttiMs: 0, error: "no capacity" }, { ttiMs: 1100 }] },
    {
      provider: "e2b",
      mode: "staggered",
      concurrency: 2,
      staggerDelayMs: 200,
      rampProfile: [
        { launchedAt: 0, readyAt: 410, ttiMs: 400 },
        { launchedAt: 200, readyAt: 700, ttiMs: 500 },
      ],
      iterations: [{ ttiMs: 400 }, { ttiMs: 500 }],
    },
  ],
});
export const idlabStart = "io.containerd.kata.v2-kata2-qemu,overlayfs,3\n746\n787\n791\n";
export const idlabMemory = "io.containerd.runc.v2,overlayfs,2,kB\n5710.400000\n5539.440000\n";
export const stellar = "AwsRequestID,Client latency (ms)\na,120\nb,80\nc,timed out\n";
export const stellarBursts = "Request ID,Client Latency (ms),Burst ID\na,120,0\nb,80,0\nc,90,1\nd,70,1\n";
