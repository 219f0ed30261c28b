import { createServer, type Server } from "node:http";

import { LabError } from "../../../model/errors.js";
import { messageOf } from "../../message-of.js";
import { field, type MessageOf, methodDefinitions, repeated, text } from "../grpc/fields.js";

/** One span of an OpenTelemetry trace. Times are in milliseconds since 1970, to the microsecond; ids are hexadecimal. */
export interface Span {
  readonly traceId: string;
  readonly name: string;
  readonly beganEpochMs: number;
  readonly endedEpochMs: number;
  /** Attributes that are texts, by key. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly events: readonly {
    readonly name: string;
    readonly epochMs: number;
    readonly attributes: Span["attributes"];
  }[];
}

/**
 * Serves OTLP over HTTP (`POST /v1/traces`, protobuf) on a loopback port and keeps the spans that containerd sends. Bodies are
 * stored as bytes and read only when they are needed.
 */
export class SpanReceiver {
  readonly #server: Server;
  readonly #bodies: Buffer[] = [];
  readonly #spans: Span[] = [];

  /** Starts a receiver on a port. @throws LabError `RUND_SPANS_PORT` if another process listens on the port */
  static async on(port: number): Promise<SpanReceiver> {
    const receiver = new SpanReceiver();
    await new Promise<void>((resolve, reject) => {
      receiver.#server.once("error", reject).listen(port, "127.0.0.1", resolve);
    }).catch(cause => {
      throw new LabError("RUND_SPANS_PORT", "machine", "containerd's spans cannot be received", {
        where: `127.0.0.1:${port}`,
        found: messageOf(cause),
        hint: "is another campaign measuring on this containerd? Stop it, or restart containerd with `rund-lab env down` and `env up --otel`",
        cause,
      });
    });
    return receiver;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        this.#bodies.push(Buffer.concat(parts));
        response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
      });
    });
  }

  /** Returns the spans so far, in the order in which they arrived; a damaged body is left out. */
  spans(): readonly Span[] {
    for (const body of this.#bodies.splice(0)) this.#spans.push(...readSpans(body));
    return this.#spans;
  }

  /** Discards the spans so far. */
  clear(): void {
    this.#bodies.length = 0;
    this.#spans.length = 0;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** `opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest`, with the fields that are read here. */
const messages = {
  ExportRequest: { resourceSpans: repeated("ResourceSpans", 1) },
  ResourceSpans: { scopeSpans: repeated("ScopeSpans", 2) },
  ScopeSpans: { spans: repeated("Span", 2) },
  Span: {
    traceId: field("bytes", 1),
    name: text(5),
    start: field("fixed64", 7),
    end: field("fixed64", 8),
    attributes: repeated("KeyValue", 9),
    events: repeated("Event", 11),
  },
  Event: { time: field("fixed64", 1), name: text(2), attributes: repeated("KeyValue", 3) },
  KeyValue: { key: text(1), value: field("AnyValue", 2) },
  AnyValue: { stringValue: text(1) },
  Empty: {},
};

const buildExport = () =>
  methodDefinitions(messages, { Export: { request: "ExportRequest", response: "Empty" } }).Export;
let definition: ReturnType<typeof buildExport> | undefined;

/** Returns the spans in the body of an export request; empty if it is damaged. */
function readSpans(body: Buffer): readonly Span[] {
  let request: MessageOf<typeof messages, "ExportRequest">;
  try {
    definition ??= buildExport();
    request = definition.requestDeserialize(body);
  } catch {
    return [];
  }
  return request.resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    .map(({ traceId, name, start, end, attributes, events }) => ({
      traceId: traceId.toString("hex"),
      name,
      beganEpochMs: fromNs(start),
      endedEpochMs: fromNs(end),
      attributes: texts(attributes),
      events: events.map(event => ({
        name: event.name,
        epochMs: fromNs(event.time),
        attributes: texts(event.attributes),
      })),
    }));
}

const fromNs = (ns: string): number => Number(BigInt(ns) / 1000n) / 1000;

const texts = (pairs: readonly MessageOf<typeof messages, "KeyValue">[]): Span["attributes"] =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, value?.stringValue ?? ""]));
