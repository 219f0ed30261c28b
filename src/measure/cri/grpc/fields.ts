import { fromJSON, type MethodDefinition } from "@grpc/proto-loader";

/** Describes a field of a protobuf message in the form that protobuf.js reads. */
export const field = <const Type extends string, const Id extends number>(type: Type, id: Id) =>
  ({ type, id }) as const;

/** Describes a text field. */
export const text = <const Id extends number>(id: Id) => field("string", id);

/** Describes a field with any number of values. */
export const repeated = <const Type extends string, const Id extends number>(type: Type, id: Id) =>
  ({ rule: "repeated", ...field(type, id) }) as const;

/** Describes a field that maps keys to texts. */
export const texts = <const Id extends number>(id: Id) => ({ keyType: "string", ...text(id) }) as const;

/** The fields of messages, by the messages' names. */
export type Messages = Readonly<Record<string, Readonly<Record<string, ReturnType<typeof field<string, number>>>>>>;

/** Returns messages in the form that protobuf.js reads. */
export const messageTypes = (messages: Messages): Record<string, { fields: Messages[string] }> =>
  Object.fromEntries(Object.entries(messages).map(([name, fields]) => [name, { fields }]));

/** The TypeScript type of a field's value: 64-bit numbers are decimal texts, enums are their names, absent messages are null. */
type Value<All, Enums, Type> = Type extends "string" | "int64" | "uint64" | "fixed64"
  ? string
  : Type extends "bool"
    ? boolean
    : Type extends "bytes"
      ? Buffer
      : Type extends "uint32" | "int32"
        ? number
        : Type extends keyof Enums
          ? Enums[Type]
          : Type extends keyof All
            ? MessageOf<All, Type, Enums> | null
            : never;

type FieldValue<All, Enums, Field> = Field extends { keyType: "string"; type: infer Type }
  ? Readonly<Record<string, Value<All, Enums, Type>>>
  : Field extends { rule: "repeated"; type: infer Type }
    ? readonly NonNullable<Value<All, Enums, Type>>[]
    : Field extends { type: infer Type }
      ? Value<All, Enums, Type>
      : never;

/** Methods by name, each with the names of its two messages. */
export type Methods<All> = Readonly<Record<string, { readonly request: keyof All; readonly response: keyof All }>>;

/** Returns the serializers and deserializers of methods. @param messages with only the fields that are used */
export function methodDefinitions<const All extends Messages, const Known extends Methods<All>>(
  messages: All,
  methods: Known,
) {
  const types = Object.entries(methods).map(([name, { request, response }]) => [
    name,
    { requestType: String(request), responseType: String(response), comment: "" },
  ]);
  const nested = { ...messageTypes(messages), Service: { methods: Object.fromEntries(types) } };
  return fromJSON({ nested }, { longs: String, defaults: true }).Service as unknown as {
    readonly [Name in keyof Known]: MethodDefinition<
      MessageOf<All, Known[Name]["request"]>,
      MessageOf<All, Known[Name]["response"]>
    >;
  };
}

/** The TypeScript type of a message. It has every field, so a forgotten or misspelt field does not compile. */
export type MessageOf<All, Name extends keyof All, Enums = object> = {
  readonly [Key in keyof All[Name]]: FieldValue<All, Enums, All[Name][Key]>;
};
