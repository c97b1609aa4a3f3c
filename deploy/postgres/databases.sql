-- A database for each service; none reads another's tables.
CREATE DATABASE cchc_plans;
CREATE DATABASE cchc_scoring;
CREATE DATABASE cchc_notifications;
