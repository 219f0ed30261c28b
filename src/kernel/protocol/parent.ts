/** Ends the kernel if its front end was killed without a shutdown: process 1 is then the kernel's parent. */
export function watchParent(): void {
  const { JPY_PARENT_PID: frontend } = process.env;
  if (frontend === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    const orphaned = process.ppid !== parent || (process.ppid === 1 && frontend !== "1");
    if (orphaned) endGroup();
  }, 1000).unref();
}

/** Ends the kernel, and the processes that its cells have started, if the kernel leads a process group. */
function endGroup(): void {
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    process.kill(process.pid, "SIGKILL");
  }
}
