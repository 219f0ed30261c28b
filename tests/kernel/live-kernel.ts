/** A real kernel for tests: the compiled one in dist/, driven by the client that the headless runner uses. */

import { KernelClient, type KernelMessage, loadZeroMq } from "../../src/jupyter/client.js";
import { KernelProcess } from "../../src/jupyter/kernel-process.js";
import type { KernelCommand } from "../../src/jupyter/kernelspecs.js";
import type { JsonObject, Output } from "../../src/jupyter/nbformat.js";
import { CellOutputs } from "../../src/jupyter/outputs.js";
import { kernelSpec } from "../../src/kernel/spec.js";
import { projectRoot } from "../support/needs.js";

export const labKernel: KernelCommand = {
  name: "rund-lab",
  displayName: kernelSpec().display_name,
  language: "typescript",
  argv: kernelSpec().argv,
  interruptMode: "signal",
  env: {},
};

/** The messages that a request led to. */
export interface Answer {
  readonly id: string;
  readonly reply: JsonObject;
  /** Everything from iopub under this request, in order. */
  readonly messages: readonly KernelMessage[];
  readonly outputs: readonly Output[];
}

export class LiveKernel {
  readonly messages: KernelMessage[] = [];
  #changed: (() => void)[] = [];
  #ended: string | undefined;

  private constructor(
    readonly process: KernelProcess,
    readonly connection: import("../../src/jupyter/client.js").ConnectionInfo,
    public client: KernelClient,
  ) {}

  static async start(command = labKernel, cwd = projectRoot): Promise<LiveKernel> {
    const zmq = await loadZeroMq();
    const { process, connection } = await KernelProcess.start(command, cwd, globalThis.process.env);
    const kernel: LiveKernel = new LiveKernel(
      process,
      connection,
      new KernelClient(zmq, connection, message => kernel.#hear(message)),
    );
    void process.ended.then(how => {
      kernel.#ended = `the kernel ${how}`;
      for (const changed of kernel.#changed.splice(0)) changed();
    });
    // the first status may be published before the subscription has arrived
    for (let heard = false; !heard; heard = kernel.messages.some(({ type }) => type === "status")) {
      const info = kernel.send("kernel_info_request");
      await kernel.until(() => kernel.replyTo(info) !== undefined);
    }
    process.removeFiles();
    return kernel;
  }

  #hear(message: KernelMessage): void {
    this.messages.push(message);
    for (const changed of this.#changed.splice(0)) changed();
  }

  /** Waits for messages until the condition holds. @param dead whether they may come after the kernel's end */
  async until(condition: () => boolean, what = "the kernel's messages", ms = 60_000, dead = false): Promise<void> {
    const deadline = performance.now() + ms;
    while (!condition()) {
      const left = deadline - performance.now();
      if (this.#ended !== undefined && !dead)
        throw new Error(`waited for ${what}, but ${this.#ended}: ${this.process.log()}`);
      if (left <= 0) throw new Error(`waited ${ms} ms for ${what}; last: ${JSON.stringify(this.messages.slice(-5))}`);
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, left);
        this.#changed.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  send(type: string, content: JsonObject = {}, channel: "shell" | "control" = "shell"): string {
    return this.client.send(channel, type, content);
  }

  replyTo(id: string): JsonObject | undefined {
    return this.messages.find(({ type, parent }) => parent === id && type.endsWith("_reply"))?.content;
  }

  published(id: string): KernelMessage[] {
    return this.messages.filter(({ type, parent }) => parent === id && !type.endsWith("_reply"));
  }

  /** Waits until a request is answered and its `idle` status has arrived. */
  async answer(id: string): Promise<Answer> {
    const idle = () =>
      this.published(id).some(({ type, content }) => type === "status" && content.execution_state === "idle");
    await this.until(() => this.replyTo(id) !== undefined && idle(), `the answer to ${id}`);
    return this.soFar(id);
  }

  /** Returns the messages that a request has led to so far. */
  soFar(id: string): Answer {
    const messages = this.published(id);
    const outputs = new CellOutputs(new Map());
    for (const message of messages) outputs.add(message);
    return { id, reply: this.replyTo(id) ?? {}, messages, outputs: outputs.outputs };
  }

  sendCode(code: string, more: JsonObject = {}): string {
    return this.send("execute_request", { code, silent: false, store_history: true, stop_on_error: true, ...more });
  }

  run(code: string, more: JsonObject = {}): Promise<Answer> {
    return this.answer(this.sendCode(code, more));
  }

  ask(type: string, content: JsonObject = {}, channel: "shell" | "control" = "shell"): Promise<Answer> {
    return this.answer(this.send(type, content, channel));
  }

  async stop(): Promise<void> {
    this.send("shutdown_request", { restart: false }, "control");
    await this.process.finish(5000);
    this.client.close();
  }
}

/** Returns the text of a stream in outputs. */
export const printed = (outputs: readonly Output[], name: "stdout" | "stderr" = "stdout"): string =>
  outputs.map(output => (output.output_type === "stream" && output.name === name ? output.text : "")).join("");
