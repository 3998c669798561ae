"""What a person has to know about files behind a URI."""

from __future__ import annotations

from losscli.analysis.topic import Topic

REMOTE = Topic(
    "remote",
    "Inputs and outputs behind a URI: s3:// and others",
    """
    a file and its column, a folder of parts, an output:
    s3://bucket/preds.csv:score    s3://bucket/parts/    -o s3://bucket/report.json

    Read and written are s3://, gs:// (gcs://), abfs:// (abfss://), hdfs://,
    viewfs:// and file://. A key of S3 is taken as it stands; in other URIs %20 is a
    blank, and what follows `?` are options of the file system.
    S3: keys come from where AWS's own tools look (AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE, the machine's role);
    where there are none, requests are anonymous. AWS_EC2_METADATA_DISABLED=true
    leaves out the search for a role, which takes a second or two elsewhere.
    AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL names another server, such as
    http://localhost:9000. The region is AWS_REGION, AWS_DEFAULT_REGION, that of
    the profile, else us-east-1; a bucket that lies elsewhere is asked there.
    AWS_CA_BUNDLE names certificates.
    Nothing is asked of the network unless a URI says so. A server that does not
    answer is exit 4 after a few attempts. Text is read in one pass, the next ranges
    on their way while one is parsed; of Parquet, Arrow and npz only the asked
    columns are fetched. An object that is replaced during the run (its ETag) is
    exit 4.
    An output is gathered on this machine first and appears as a whole when the run
    has succeeded. An upload that breaks off leaves the old object; parts that were
    sent wait, unseen, for the bucket's rule about incomplete uploads.
    """,
    ("s3", "uri", "uris", "gs", "hdfs", "cloud", "bucket"),
)
