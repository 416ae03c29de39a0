export type { Clock, Context, Operation, Policy } from '@holdfast/internal'
export { bypassUnless } from './bypass-unless.ts'
export { createFlags } from './create-flags.ts'
export { defineFlags } from './define-flags.ts'
export type {
  BooleanFlag,
  EnumFlag,
  FlagDefinition,
  FlagDefinitions,
  FlagValue,
  IntegerFlag,
  JsonFlag,
  NumberFlag,
  Setting,
  Settings,
  StringFlag,
} from './definition.ts'
export { envExample } from './env-example.ts'
export type { FlagDataErrorOptions, TextPosition } from './errors.ts'
export { FlagDataError } from './errors.ts'
export type { FlagsEvent } from './events.ts'
export type {
  ChangeInfo,
  Evaluation,
  FlagChange,
  FlagInfo,
  Flags,
  Reason,
  ReloadReport,
  SourceStatus,
} from './flags.ts'
export type { FlagsOf, Updatable } from './follow.ts'
export { follow } from './follow.ts'
export type { CreateMatcher, Matcher, RuleMatch } from './match-rules.ts'
export { createMatcher } from './match-rules.ts'
export type { FlagsOptions } from './options.ts'
export type { Condition, EvaluationContext, Rule } from './rules.ts'
export type { FlagSource, RunningSource, SourceHost } from './source.ts'
export type { EnvOptions } from './sources/env.ts'
export { env } from './sources/env.ts'
export type { ObjectOptions } from './sources/object.ts'
export { object } from './sources/object.ts'
export type { PollOptions } from './sources/poll.ts'
export { poll } from './sources/poll.ts'
