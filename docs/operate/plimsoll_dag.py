"""Airflow: every business night, a task a report. Inputs that have not come skip the task; a breach does not fail it."""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

ROOT = "/srv/risk"
REPORTS = ["equity_var", "loan_default"]

with DAG(
    dag_id="plimsoll",
    schedule="30 1 * * 2-6",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    # Exit code 1 is for people to mend, but a disk may be full for an hour. A retry resumes: finished windows are kept.
    default_args={"retries": 2, "retry_delay": timedelta(minutes=15)},
) as dag:
    for report in REPORTS:
        BashOperator(
            task_id=report,
            cwd=ROOT,
            # Reports are made as of the day of the run, from rows of the business day before. Airflow puts the logical date in.
            bash_command=(
                f"plimsoll run reports/{report}.toml --json --quiet --breach ok"
                " --wait-for {{ macros.ds_add(data_interval_end | ds, -1) }} --skip-code 99"
            ),
            # The task is then skipped, and not retried.
            skip_on_exit_code=99,
            # The last line of stdout is the line of JSON: folder, verdict, limits, run_sha256.
            do_xcom_push=True,
            execution_timeout=timedelta(hours=2),
        )
