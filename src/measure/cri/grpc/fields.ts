/** Describes a field of a protobuf message in the form that protobuf.js reads. */
export const field = <const Type extends string, const Id extends number>(type: Type, id: Id) =>
  ({ type, id }) as const;

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

/** The TypeScript type of a message. It has every field, so a forgotten or misspelt field does not compile. */
export type MessageOf<All, Name extends keyof All, Enums = object> = {
  readonly [Key in keyof All[Name]]: FieldValue<All, Enums, All[Name][Key]>;
};
