export { classifyDatabaseError, isRetryableDatabaseError } from './classify-database-error.ts'
