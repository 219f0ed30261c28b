/** Returns a field of a protobuf message by its number, as protobuf.js takes it. */
export const field = <const Type extends string, const Id extends number>(type: Type, id: Id) =>
  ({ type, id }) as const;

export const text = <const Id extends number>(id: Id) => field("string", id);

/** Returns a field with any number of values. */
export const repeated = <const Type extends string, const Id extends number>(type: Type, id: Id) =>
  ({ rule: "repeated", ...field(type, id) }) as const;

/** Returns a field with texts by their keys. */
export const texts = <const Id extends number>(id: Id) => ({ keyType: "string", ...text(id) }) as const;

/** The fields of messages, by the messages' names. */
export type Messages = Readonly<Record<string, Readonly<Record<string, ReturnType<typeof field<string, number>>>>>>;

/** Returns messages as protobuf.js takes them. */
export const messageTypes = (messages: Messages): Record<string, { fields: Messages[string] }> =>
  Object.fromEntries(Object.entries(messages).map(([name, fields]) => [name, { fields }]));
