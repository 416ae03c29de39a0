/** What a tool is told beside its input. */
export interface ToolContext {
  /** Aborts when the run does, and when the tool's time is up. */
  readonly signal: AbortSignal
  readonly toolUseId: string
  /** Which answer of the model asked for it, from 1. */
  readonly step: number
}

/**
 * A tool that a model may call.
 *
 * @typeParam Input - What fits `inputSchema`. The type is yours to name, at the parameter of `run`; the schema is what is checked.
 */
export interface ToolDefinition<Input = unknown> {
  /** For the model: what it does, and when to use it. */
  readonly description?: string | undefined
  /** JSON Schema of an object: for the model, and to check what it sends. */
  readonly inputSchema: { readonly [keyword: string]: unknown }
  /**
   * Does the work. A string is given to the model as text; a list of Bedrock's own result blocks (`text`, `json`, `image`,
   * `document`, `video`, `searchResult`) as it is; anything else as JSON. What it throws is told to the model by its message.
   */
  run(input: Input, context: ToolContext): unknown
  /** How long it may take, in milliseconds. Default: `toolTimeoutMs` of the run. */
  readonly timeoutMs?: number | undefined
  /**
   * Checks an input instead of `inputSchema`: what is wrong with it, for the model, or `undefined`. For a schema library, or
   * for a schema with keywords beyond those that are checked here.
   */
  validate?(input: unknown): string | undefined | PromiseLike<string | undefined>
}

/** The tools of a run, by name. */
export type ToolDefinitions = { readonly [name: string]: ToolDefinition }
