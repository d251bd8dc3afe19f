@echo off
rem Runs Swath's command line on Windows from a release archive, or from a clone that Maven has built:
rem mvn -DskipTests -pl fianet/cli,kernels/cuda -am package
rem It does not build by itself, nor does it see that sources are newer than what was built.
setlocal EnableExtensions DisableDelayedExpansion
set "here=%~dp0"
if not "%here:;=%"=="%here%" goto semicolon
set "jars=%here%lib"
set "cuda=%here%cuda"
if exist "%here%pom.xml" set "jars=%here%fianet\cli\target\lib"
if exist "%here%pom.xml" set "cuda=%here%kernels\cuda\target\lib"
if not exist "%jars%\picocli-*.jar" goto unbuilt
set "java="
if not defined SWATH_JAVA_HOME goto search
rem Quotes that somebody set with the value are not part of it.
set "SWATH_JAVA_HOME=%SWATH_JAVA_HOME:"=%"
call :look "%SWATH_JAVA_HOME%"
if not defined java goto wrong
goto found
:search
if not defined JAVA_HOME goto path
call :look "%JAVA_HOME:"=%"
:path
for %%j in (java.exe) do if not "%%~$PATH:j"=="" call :look "%%~dp$PATH:j.."
for /d %%d in ("%ProgramFiles%\Java\*" "%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Microsoft\*" "%ProgramFiles%\Zulu\*" "%ProgramFiles%\Amazon Corretto\*" "%ProgramFiles%\BellSoft\*" "%USERPROFILE%\.jdks\*") do call :look "%%~d"
if not defined java goto none
:found
set "modules=%jars%"
set "native="
if not exist "%cuda%\" goto plugins
set "modules=%modules%;%cuda%"
rem Only JavaCPP calls native code; the JVM warns about it unless it is allowed by name, and warns about a name that is not there.
if exist "%cuda%\javacpp-*.jar" set "native=--enable-native-access=org.bytedeco.javacpp"
:plugins
rem Jars with networks of one's own, or folders of such jars, separated by semicolons.
if defined SWATH_PLUGINS set "modules=%modules%;%SWATH_PLUGINS%"
rem A training step takes gigabytes; everything else keeps a few hundred large arrays.
set "memory=-XX:+UseSerialGC -Xmn32m"
if "%~1"=="train" set "memory=-XX:+UseParallelGC -XX:MaxRAMPercentage=75 -Xmn600m"
if "%~1"=="ablate" set "memory=-XX:+UseParallelGC -XX:MaxRAMPercentage=75 -Xmn600m"
if "%~1"=="compare" set "memory=-XX:+UseParallelGC -XX:MaxRAMPercentage=75 -Xmn600m"
rem SWATH_JAVA_OPTS comes last, so that it wins. Unlike the other launcher this one keeps no start archive.
"%java%" %memory% -Djava.awt.headless=true %native% %SWATH_JAVA_OPTS% -p "%modules%" -m dev.swath.fianet.cli/dev.swath.fianet.cli.Main %*
exit /b %ERRORLEVEL%

:semicolon
echo swath: the folder "%here%" has a semicolon in its name, which Java takes for the end of a path; move it. 1>&2
exit /b 1
:unbuilt
echo swath: it is not built yet; run: mvn -DskipTests -pl fianet/cli,kernels/cuda -am package 1>&2
exit /b 1
:wrong
echo swath: SWATH_JAVA_HOME names "%SWATH_JAVA_HOME%", which is not a JDK 25; correct it or unset it. 1>&2
exit /b 1
:none
echo swath: no JDK 25 was found in SWATH_JAVA_HOME, JAVA_HOME, PATH or the usual folders; install one and, if needed, set SWATH_JAVA_HOME to it. 1>&2
exit /b 1

rem Takes a folder if it is a JDK 25 and none was found before. The pattern has a dot for the quote: cmd would count it as one of its own.
:look
if defined java goto :eof
if "%~1"=="" goto :eof
if not exist "%~1\release" goto :eof
if not exist "%~1\bin\java.exe" goto :eof
findstr /b /r "JAVA_VERSION=.25" "%~1\release" >nul
if not errorlevel 1 set "java=%~1\bin\java.exe"
goto :eof
