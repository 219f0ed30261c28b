/** Campaigns as Parquet, for DuckDB, Spark, Polars and Athena. */
export { exportParquet, type ParquetExport } from "./export.js";
